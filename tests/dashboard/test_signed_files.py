"""The files of a sign-off, verified in Chromium with a key of the test: only what was signed is proved."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.dashboard import signed_in
from tests.support.site import NEEDS_BROWSER
from tools.fixtures import browser
from tools.fixtures.dashboard import examples, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tools.fixtures.dashboard import FakeApi

    type Json = dict[str, Any]

ULID = "01kq09bekje6vbq5xe2b60xtww"
PAGE = f"/claims/clm_{ULID}/sign-offs/sign_{ULID}"
FILES = {"bundle.json": b'{"items": []}', "scope.csv": b"item_id\r\nitem_1\r\n", "report.pdf": b"%PDF-1.7"}
PROOF_CHECKS = ("record", "hash", "path", "key", "signature", "known")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sign_off() -> Json:
    (shown,) = examples()["listClaimSignOffs"][1]["data"]
    files = [
        {"name": name, "sha256": sha256(content), "bytes": len(content)} for name, content in FILES.items()
    ]
    manifest: Json = {"files": files}
    bundle = {
        **shown["bundle"],
        "manifest": manifest,
        "manifest_sha256": sha256(rfc8785.dumps(manifest)),
    }
    return {**shown, "bundle": bundle, "content_sha256": files[0]["sha256"]}


def record(signed: Json) -> Json:
    """The audit record of the manifest, with its hash."""
    shown = {
        **examples()["getAuditProof"][1]["record"],
        "action": "claim_sign_off.bundled",
        "resource": {"type": "claim_sign_off", "id": signed["id"]},
        "changes": [{"field": "manifest_sha256", "from": None, "to": signed["bundle"]["manifest_sha256"]}],
    }
    return hashed(shown)


def hashed(shown: Json) -> Json:
    body = {name: value for name, value in shown.items() if name != "hash"}
    return {**body, "hash": sha256(rfc8785.dumps(body))}


def proof(signed: Json) -> Json:
    """The proof of a log with this one record, signed by a new key."""
    recorded = record(signed)
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    stated = {
        "organization_id": recorded["organization_id"],
        "mode": "live",
        "size": 1,
        "root": sha256(b"\0" + bytes.fromhex(recorded["hash"])),
        "signed_at": "2026-04-24T17:42:13.902Z",
        "key_id": sha256(der),
        "previous": None,
    }
    signature = base64.b64encode(key.sign(rfc8785.dumps(stated), ec.ECDSA(hashes.SHA256()))).decode()
    checkpoint = {**stated, "id": f"chk_{ULID}", "public_key": pem.decode(), "signature": signature}
    return {"record": recorded, "checkpoint": checkpoint, "leaf_index": 0, "tree_size": 1, "path": []}


def returns(api: FakeApi, signed: Json, proved: Json | None) -> None:
    api.responses["listClaimSignOffs"] = lambda _: (200, {"data": [signed], "next_cursor": None})
    error = {"code": "conflict", "message": "No checkpoint yet."}
    api.responses["getAuditProof"] = lambda _: (200, proved) if proved else (409, {"error": error})


def test_the_record_of_the_manifest_is_looked_up(api: FakeApi) -> None:
    returns(api, sign_off(), None)
    shown = signed_in("viewer").get(PAGE)

    assert api.sent("listAuditLog")[0].query == {
        "action": "claim_sign_off.bundled",
        "resource_type": "claim_sign_off",
        "resource_id": f"sign_{ULID}",
    }
    assert "The record of this manifest cannot be proved until it is archived" in shown.words
    assert "The checkpoint is signed" not in shown.words


@pytest.mark.parametrize("name", ["sign_other", f"sign_{ULID}"])
def test_a_sign_off_without_files_says_so(name: str, api: FakeApi) -> None:
    returns(api, {**sign_off(), "bundle": None}, None)
    shown = signed_in().get(PAGE.replace(f"sign_{ULID}", name))
    assert "Nothing to verify yet" in shown.words


# ---------------------------------------------------------------- in Chromium


def _nothing(_: Json, __: Json) -> None:
    return


def _changed_hash(signed: Json, _: Json) -> None:
    signed["bundle"]["manifest"]["files"][1]["sha256"] = "0" * 64


def _other_manifest(signed: Json, _: Json) -> None:
    """A changed file whose manifest was hashed again."""
    _changed_hash(signed, _)
    signed["bundle"]["manifest_sha256"] = sha256(rfc8785.dumps(signed["bundle"]["manifest"]))


def _other_content(signed: Json, _: Json) -> None:
    signed["content_sha256"] = "0" * 64


def _record_of_another(_: Json, proved: Json) -> None:
    other = {**sign_off(), "id": f"sign_{ULID[:-1]}x"}
    proved |= proof(other)


def _unsigned_record(_: Json, proved: Json) -> None:
    """Rewritten, with a hash that fits."""
    proved["record"] = hashed({**proved["record"], "created_at": "2020-01-01T00:00:00.000Z"})


def _other_signature(_: Json, proved: Json) -> None:
    proved["checkpoint"]["signature"] = proof(sign_off())["checkpoint"]["signature"]


@NEEDS_BROWSER
@pytest.mark.parametrize(
    ("tamper", "refused"),
    [
        (_nothing, set()),
        (_changed_hash, {"manifest", "record"}),
        (_other_manifest, {"record"}),
        (_other_content, {"content"}),
        (_record_of_another, {"record"}),
        (_unsigned_record, {"path"}),
        (_other_signature, {"signature"}),
    ],
)
def test_exactly_what_was_tampered_with_is_refused(
    tamper: Callable[[Json, Json], None], refused: set[str], api: FakeApi
) -> None:
    signed = sign_off()
    proved = json.loads(json.dumps(proof(signed)))
    tamper(signed, proved)
    returns(api, signed, proved)

    with served(api.url) as home, browser.launched() as chromium:
        page = chromium.new_page(base_url=home)
        open_page(page)
        page.get_by_role("button", name="Verify").click()
        page.locator("[data-result][data-state]").wait_for()
        states = {
            name: page.locator(f"[data-check={name}]").get_attribute("data-state")
            for name in ("manifest", "content", *PROOF_CHECKS)
        }
        result = page.locator("[data-result]").inner_text()

    assert {name for name, state in states.items() if state == "no"} == refused
    assert result.startswith("Not proved" if refused else "Proved: the manifest is the signed one.")


def open_page(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("button").click()
    page.goto(PAGE)


@NEEDS_BROWSER
def test_files_are_hashed_in_the_browser_and_leave_it_nowhere(api: FakeApi) -> None:
    returns(api, sign_off(), None)
    requests: list[str] = []
    with served(api.url) as home, browser.launched() as chromium:
        page = chromium.new_page(base_url=home)
        open_page(page)
        page.on("request", lambda request: requests.append(request.url))
        name = "clm-v1-<img src=x onerror=alert(1)>.csv"
        files = [
            {"name": "anything", "mimeType": "application/json", "buffer": FILES["bundle.json"]},
            {"name": name, "mimeType": "text/csv", "buffer": FILES["scope.csv"] + b"item_2\r\n"},
        ]
        page.locator("#files").set_input_files(files)  # type: ignore[arg-type]  # FilePayload is such a dict
        page.get_by_text("1 of 2 files do not match.").wait_for()
        assert page.get_by_text(f"{name}: not a file of this sign-off, or changed").is_visible()
        assert page.locator("[data-name='bundle.json']").get_attribute("data-state") == "yes"
        page.get_by_role("button", name="Verify").click()
        page.get_by_text("Consistent, but not signed yet.").wait_for()
    assert [url for url in requests if not url.startswith(f"{home}/static/")] == []  # the icon may come late
