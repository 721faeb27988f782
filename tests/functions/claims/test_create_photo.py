"""POST /v1/claims/{claim_id}/photos."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from eal.core import aws
from eal.core.clock import rfc3339
from eal.domain.claims.photos import store
from tests.support.claims import audit_records, closed_claim, new_claim
from tests.support.http import ApiResponse, call
from tests.support.imports import key_of
from tests.support.photos import HEIC, JPEG, PNG, declaration, declare, photo, signed_headers, upload

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

CONTENT = b"\xff\xd8\xff not read yet"


def post(tenant: Tenant, claim_id: str, body: dict[str, Any], **headers: str) -> ApiResponse:
    return call("POST", f"/v1/claims/{claim_id}/photos", key=tenant.write, json_body=body, headers=headers)


def test_a_declared_photo_awaits_its_upload_at_a_url_that_is_bound_to_the_file(
    clock: Clock, tenant: Tenant
) -> None:
    claim_id = new_claim(tenant)["id"]

    declared = declare(tenant, claim_id, CONTENT, caption=" North wall ", room="Basement")

    upload = declared.pop("upload")
    url = urlsplit(upload.pop("url"))
    assert url.path == f"/{tenant.id}/live/{claim_id}/{declared['id']}/original"
    assert parse_qs(url.query)["X-Amz-Expires"] == ["3600"]
    assert upload == {
        "method": "PUT",
        "headers": {
            "Content-Type": "image/jpeg",
            "Content-Length": str(len(CONTENT)),
            "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(CONTENT).digest()).decode(),
            "If-None-Match": "*",
        },
        "expires_at": rfc3339(clock.at + timedelta(hours=1)),
    }
    assert declared == {
        "id": declared["id"],
        "claim_id": claim_id,
        **declaration(CONTENT),
        "caption": "North wall",
        "room": "Basement",
        "status": "awaiting_upload",
        **dict.fromkeys(
            ("rejection", "reason", "evidence", "duplicate_of", "inspected_at", "urls_expire_at")
        ),
        **dict.fromkeys(("original_url", "preview_url", "thumbnail_url")),
        "near_duplicate_of": [],
        "created_at": rfc3339(clock.at),
        "updated_at": rfc3339(clock.at),
        "version": 1,
    }


def test_the_signature_covers_type_size_hash_and_the_single_upload(tenant: Tenant) -> None:
    url = declare(tenant, new_claim(tenant)["id"], CONTENT)["upload"]["url"]

    assert signed_headers(url) == [
        "content-length",
        "content-type",
        "host",
        "if-none-match",
        "x-amz-checksum-sha256",
    ]


def test_a_different_declaration_has_a_different_signature(clock: Clock, tenant: Tenant) -> None:
    """The only difference of two URLs for one key at one moment is what their signatures cover."""
    claim_id = new_claim(tenant)["id"]
    declared = declare(tenant, claim_id, CONTENT)
    assert key_of(declared["upload"]["url"]).endswith(f"{declared['id']}/original")

    others = [
        declare(tenant, claim_id, CONTENT, **change) for change in ({"size_bytes": 9}, {"sha256": "A" * 64})
    ]

    signatures = {
        parse_qs(urlsplit(photo["upload"]["url"]).query)["X-Amz-Signature"][0]
        for photo in (declared, *others)
    }
    assert len(signatures) == 3
    assert others[1]["sha256"] == "a" * 64


def test_a_second_upload_is_refused_by_s3(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)

    with pytest.raises(aws.Refused, match="PreconditionFailed"):
        upload(declared, content)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"filename": "IMG.png"}, ""),
        ({"filename": "IMG"}, ""),
        ({"filename": "../IMG.jpg"}, "/filename"),
        ({"filename": "a\nb.jpg"}, "/filename"),
        ({"filename": ""}, "/filename"),
        ({"content_type": "image/gif"}, "/content_type"),
        ({"content_type": "image/svg+xml"}, "/content_type"),
        ({"size_bytes": 0}, "/size_bytes"),
        ({"size_bytes": 25 * 1024 * 1024 + 1}, "/size_bytes"),
        ({"size_bytes": "100"}, "/size_bytes"),
        ({"sha256": "a" * 63}, "/sha256"),
        ({"sha256": "g" * 64}, "/sha256"),
        ({"caption": "x" * 1001}, "/caption"),
        ({"room": "a\nb"}, "/room"),
        ({"url": "https://example.com"}, "/url"),
    ],
)
def test_an_invalid_declaration_is_refused(tenant: Tenant, change: dict[str, Any], pointer: str) -> None:
    response = post(tenant, new_claim(tenant)["id"], {**declaration(CONTENT), **change})

    assert (response.status, response.error) == (422, "validation_error"), response.text
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_every_extension_of_a_content_type_is_accepted(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    types = {"a.JPG": JPEG, "a.jpeg": JPEG, "b.png": PNG, "IMG_1.HEIC": HEIC, "c.heif": HEIC}
    for filename, content_type in types.items():
        declare(tenant, claim_id, CONTENT, content_type, filename=filename)


def test_a_photo_of_another_tenants_or_an_unknown_claim_is_not_found(
    tenant: Tenant, stranger: Tenant
) -> None:
    for claim_id in (new_claim(stranger)["id"], "clm_01kq09bekje6vbq5xe2b60xtww", "x"):
        assert post(tenant, claim_id, declaration(CONTENT)).status == 404


def test_a_closed_claim_accepts_no_photo(tenant: Tenant) -> None:
    response = post(tenant, closed_claim(tenant)["id"], declaration(CONTENT))

    assert (response.status, response.error) == (409, "conflict")


def test_the_number_of_photos_of_a_claim_is_limited(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_PHOTOS", 2)
    claim_id, other = new_claim(tenant)["id"], new_claim(tenant)["id"]
    first = declare(tenant, claim_id, CONTENT)
    declare(tenant, claim_id, CONTENT)

    response = post(tenant, claim_id, declaration(CONTENT))

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["limit"] == 2
    assert call("DELETE", f"/v1/claims/{claim_id}/photos/{first['id']}", key=tenant.write).status == 204
    assert post(tenant, claim_id, declaration(CONTENT)).status == 409
    declare(tenant, other, CONTENT)


def test_a_photo_does_not_change_its_claim(tenant: Tenant) -> None:
    claim = new_claim(tenant)
    declare(tenant, claim["id"], CONTENT)

    assert call("GET", f"/v1/claims/{claim['id']}", key=tenant.read).json == claim


def test_the_audit_record_has_the_hash_and_commitments_to_what_people_wrote(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], CONTENT, caption="Dana in the kitchen")

    (record,) = audit_records(tenant, "claim_photo.declared")
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert record["resource"] == {"type": "claim_photo", "id": declared["id"]}
    assert changes["sha256"] == declared["sha256"]
    assert changes["claim_id"] == declared["claim_id"]
    assert changes["caption"].startswith("hmac-sha256:")
    assert changes["filename"].startswith("hmac-sha256:")


def test_a_replay_declares_no_second_photo(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    first, second = (
        post(tenant, claim_id, declaration(CONTENT), **{"Idempotency-Key": "once"}) for _ in range(2)
    )

    assert first.json == second.json
    assert len(call("GET", f"/v1/claims/{claim_id}/photos", key=tenant.read).json["data"]) == 1


def test_the_upload_of_test_mode_goes_to_its_own_objects(tenant: Tenant) -> None:
    claim = call(
        "POST", "/v1/claims", key=tenant.test_admin, json_body={"insured": {"name": "Dana Reyes"}}
    ).json
    declared = declare(tenant, claim["id"], CONTENT, key=tenant.test_admin)

    assert key_of(declared["upload"]["url"]).startswith(f"{tenant.id}/test/{claim['id']}/")
