"""A bundle is written once per sign-off, wherever the worker is killed, and its manifest proves every file."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema

from eal.core import aws, clock, tenancy
from eal.domain.claims.sign_offs import erasure, files
from tests.support.aws import PHOTOS_BUCKET
from tests.support.claims import CLAIM, audit_records, hold
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.photos import inspected, photo
from tests.support.pipeline import Pipeline, items
from tests.support.sign_offs import (
    TEXT,
    decide,
    download,
    latest,
    reviewed_claim,
    sign,
    stored_keys,
    write_bundle,
    written,
)

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

FILES = ["bundle.json", "bundle.schema.json", "manifest.json", "report.pdf", "scope.csv"]


def own(tenant: Tenant) -> tenancy.Tenant:
    return tenancy.Tenant(tenant.id, "live")


def stored_files(signed: Any) -> list[str]:
    return sorted(key.split("/")[5] for key in stored_keys(f"sign_offs/{signed['id']}/"))


def test_a_sign_off_reaches_the_worker_and_its_bundle_is_ready(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant, TEXT, **CLAIM)
    signed = sign(tenant, claim_id)
    Pipeline().run()

    found = latest(tenant, claim_id)

    assert (found["id"], found["status"]) == (signed["id"], "ready")
    assert stored_files(signed) == FILES
    assert stored_keys("drafts/") == []
    document = json.loads(download(found["bundle"]["json_url"]))
    jsonschema.validate(document, json.loads(download(found["bundle"]["schema_url"])))
    assert document["claim"]["claim_number"] == CLAIM["claim_number"]
    assert document["sign_off"]["signed_by"]["name"] == "Dana Reyes"
    assert document["items"][0]["engine"]["quantity"] == 120
    assert document["photos"][0]["sha256"] == hashlib.sha256(photo(1)).hexdigest()
    assert download(found["bundle"]["report_url"]).count(b"/Subtype /Image") == 1


def test_the_audit_record_has_the_hash_of_the_manifest(tenant: Tenant) -> None:
    found = written(tenant, reviewed_claim(tenant))

    (record,) = audit_records(tenant, "claim_sign_off.bundled")
    changes = {change["field"]: change["to"] for change in record["changes"]}
    manifest = download(found["bundle"]["manifest_url"])
    assert changes["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert changes["manifest_sha256"] == found["bundle"]["manifest_sha256"]
    assert changes["files"] == json.loads(manifest)["files"] == found["bundle"]["manifest"]["files"]
    assert record["actor"] == {"type": "worker", "id": "write_bundle"}


def test_a_repeated_message_changes_nothing(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    signed = sign(tenant, claim_id)
    for _ in range(2):
        assert write_bundle(tenant, signed) == []

    assert len(audit_records(tenant, "claim_sign_off.bundled")) == 1
    assert stored_files(signed) == FILES


def test_a_change_after_the_signature_is_not_in_the_bundle(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    signed = sign(tenant, claim_id)
    decide(tenant, claim_id, "rejected", reason="Not on this loss.")

    assert write_bundle(tenant, signed) == []

    document = json.loads(download(latest(tenant, claim_id)["bundle"]["json_url"]))
    assert [item["decision"] for item in document["items"]] == ["accepted"] * len(document["items"])


def test_a_worker_killed_after_any_call_finishes_when_repeated(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 0
    while True:
        number += 1
        claim_id = reviewed_claim(tenant)
        signed = sign(tenant, claim_id)
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                write_bundle(tenant, signed)
            except Killed:
                calls.kill_after = None
        assert write_bundle(tenant, signed) == []

        found = latest(tenant, claim_id)
        assert (found["status"], stored_files(signed)) == ("ready", FILES)
        assert stored_keys(f"drafts/{tenant.id}/live/{claim_id}") == []
        records = audit_records(tenant, "claim_sign_off.bundled")
        assert [record["resource"]["id"] for record in records].count(signed["id"]) == 1
        if len(calls.made) < number:
            break
    assert number > 8


def test_content_that_is_not_what_was_signed_is_never_bundled(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    signed = sign(tenant, claim_id)
    (key,) = stored_keys("drafts/")
    content = aws.s3_sdk().get_object(Bucket=PHOTOS_BUCKET, Key=key)["Body"].read()
    aws.s3_sdk().put_object(Bucket=PHOTOS_BUCKET, Key=key, Body=content.replace(b"120", b"999"))

    assert len(write_bundle(tenant, signed)) == 1
    assert latest(tenant, claim_id)["status"] == "writing"
    assert len(write_bundle(tenant, signed, received=5)) == 1

    assert latest(tenant, claim_id)["status"] == "failed"
    assert stored_files(signed) == []
    aws.s3_sdk().put_object(Bucket=PHOTOS_BUCKET, Key=key, Body=content)
    assert write_bundle(tenant, signed) == []
    assert latest(tenant, claim_id)["status"] == "ready"


def test_a_claim_erased_before_or_during_the_writing_leaves_no_file(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for during in (False, True):
        claim_id = reviewed_claim(tenant)
        signed = sign(tenant, claim_id)

        def erase(claim_id: str = claim_id) -> None:
            assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin).status == 204
            erasure.erase(own(tenant), claim_id)

        if during:
            with overtaken(monkeypatch, erase):
                assert write_bundle(tenant, signed) == []
        else:
            erase()
            assert write_bundle(tenant, signed) == []

        assert stored_keys(signed["id"]) == []
        assert items("CLAIM_SIGN_OFF") == []


def test_the_retention_deletes_files_and_leaves_hashes(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    found = written(tenant, claim_id)
    for _ in range(2):
        erasure.delete_files(own(tenant), claim_id, clock.now() + timedelta(days=1))

    after = latest(tenant, claim_id)
    assert after["files_deleted_at"]
    assert after["bundle"]["manifest"] == found["bundle"]["manifest"]
    assert {url for name, url in after["bundle"].items() if name.endswith("_url")} == {None}
    assert stored_keys("sign_offs/") == []


def test_a_sign_off_after_the_end_of_the_retention_keeps_its_files(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    found = written(tenant, claim_id)

    erasure.delete_files(own(tenant), claim_id, clock.now() - timedelta(days=1))

    assert stored_files(found) == FILES


def test_the_deletion_of_a_photo_deletes_the_reports_that_may_show_it(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    found = written(tenant, claim_id)
    photo_id = call("GET", f"/v1/claims/{claim_id}/photos", key=tenant.read).json["data"][0]["id"]
    later = inspected(tenant, claim_id, photo(2))["id"]

    erasure.delete_reports(own(tenant), claim_id, later)
    assert stored_files(found) == FILES
    assert call("DELETE", f"/v1/claims/{claim_id}/photos/{photo_id}", key=tenant.write).status == 204
    Pipeline().run()

    assert stored_files(found) == [name for name in FILES if name != files.REPORT_NAME]
    after = latest(tenant, claim_id)["bundle"]
    assert (after["report_url"], after["manifest"]) == (None, found["bundle"]["manifest"])
    assert after["json_url"]


def test_a_photo_deleted_during_the_writing_is_not_in_the_report(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = reviewed_claim(tenant)
    signed = sign(tenant, claim_id)
    photo_id = call("GET", f"/v1/claims/{claim_id}/photos", key=tenant.read).json["data"][0]["id"]

    def delete() -> None:
        call("DELETE", f"/v1/claims/{claim_id}/photos/{photo_id}", key=tenant.write)
        Pipeline().run()

    with overtaken(monkeypatch, delete):
        assert write_bundle(tenant, signed) == []

    found = latest(tenant, claim_id)["bundle"]
    assert b"/Subtype /Image" not in download(found["report_url"])


def test_a_claim_on_legal_hold_keeps_its_bundle(tenant: Tenant) -> None:
    claim_id = reviewed_claim(tenant)
    found = written(tenant, claim_id)
    hold(tenant, claim_id)

    assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin).status == 409
    assert stored_files(found) == FILES
