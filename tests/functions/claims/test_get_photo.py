"""GET /v1/claims/{claim_id}/photos/{photo_id}."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from eal.core.clock import rfc3339
from tests.support.claims import new_claim
from tests.support.http import call
from tests.support.imports import key_of
from tests.support.photos import declare, encoded, exif, inspect, inspected, photo, read, scene, upload

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def test_a_ready_photo_shows_its_evidence_and_urls_of_an_hour(clock: Clock, tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    found = inspected(tenant, claim_id, photo(1, exif=exif(orientation=6).tobytes()))

    assert found["status"] == "ready"
    assert found["evidence"] == {
        "width": 300,
        "height": 400,
        "orientation": 6,
        "taken_at": "2026-04-20T10:11:12-07:00",
        "place": {"latitude": 37.8043056, "longitude": -122.2669444, "altitude_metres": 12.3},
        "camera": {"make": "Apple", "model": "iPhone 15 Pro", "lens": None, "software": None},
    }
    assert found["urls_expire_at"] == rfc3339(clock.at + timedelta(hours=1))
    for name in ("original", "preview", "thumbnail"):
        url = found[f"{name}_url"]
        assert key_of(url) == f"{tenant.id}/live/{claim_id}/{found['id']}/{name}"
        assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["3600"]
    assert parse_qs(urlsplit(found["original_url"]).query)["response-content-disposition"] == [
        f'attachment; filename="{found["id"]}.jpg"'
    ]


def test_no_url_exists_before_the_inspection(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)

    found = read(tenant, declared)

    assert {found[f"{name}_url"] for name in ("original", "preview", "thumbnail")} == {None}


def test_duplicates_and_near_duplicates_are_findings_whatever_the_order_of_inspections(
    tenant: Tenant,
) -> None:
    claim_id = new_claim(tenant)["id"]
    original, copy, smaller = photo(1), photo(1), encoded(scene(1).resize((320, 240)), quality=60)
    contents = (original, copy, smaller, photo(2))
    declared = [declare(tenant, claim_id, content) for content in contents]
    for number in (2, 3, 1, 0):
        upload(declared[number], contents[number])
        inspect()

    first, second, third, fourth = (read(tenant, photo) for photo in declared)

    assert (first["duplicate_of"], first["near_duplicate_of"]) == (None, [])
    assert (second["duplicate_of"], second["near_duplicate_of"]) == (first["id"], [])
    assert (third["duplicate_of"], third["near_duplicate_of"]) == (None, [first["id"], second["id"]])
    assert (fourth["duplicate_of"], fourth["near_duplicate_of"]) == (None, [])


def test_photos_of_other_claims_and_blank_photos_are_no_findings(tenant: Tenant) -> None:
    inspected(tenant, new_claim(tenant)["id"], photo(1))
    claim_id = new_claim(tenant)["id"]
    blank = [encoded(Image.new("RGB", (200, 200), (grey, grey, grey))) for grey in (200, 210)]

    found = [inspected(tenant, claim_id, content) for content in (photo(1), *blank)]

    assert [(photo["duplicate_of"], photo["near_duplicate_of"]) for photo in found] == [(None, [])] * 3


def test_a_finding_ends_with_the_photo_that_it_names(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    first, second = inspected(tenant, claim_id, photo(1)), inspected(tenant, claim_id, photo(1))
    assert second["duplicate_of"] == first["id"]

    call("DELETE", f"/v1/claims/{claim_id}/photos/{first['id']}", key=tenant.write)

    assert read(tenant, second)["duplicate_of"] is None


def test_a_photo_that_was_never_uploaded_is_rejected_after_a_day(clock: Clock, tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())
    clock.advance(hours=23)
    assert read(tenant, declared)["status"] == "awaiting_upload"

    clock.advance(hours=1)

    found = read(tenant, declared)
    assert (found["status"], found["rejection"]) == ("rejected", "never_uploaded")
    assert found["reason"] == "No file was uploaded within a day."


def test_a_photo_of_another_claim_tenant_or_mode_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())
    own = f"/v1/claims/{declared['claim_id']}/photos/{declared['id']}"
    other_claim = f"/v1/claims/{new_claim(tenant)['id']}/photos/{declared['id']}"

    assert call("GET", own, key=tenant.read).status == 200
    for path, key in (
        (other_claim, tenant.read),
        (own, stranger.read),
        (own, tenant.test_admin),
        (own[:-3], tenant.read),
        (f"/v1/claims/x/photos/{declared['id']}", tenant.read),
    ):
        assert call("GET", path, key=key).status == 404


def test_the_photos_of_an_erased_claim_are_gone_at_once(tenant: Tenant) -> None:
    found = inspected(tenant, new_claim(tenant)["id"], photo())
    path = f"/v1/claims/{found['claim_id']}"

    assert call("DELETE", path, key=tenant.admin).status == 204

    assert call("GET", f"{path}/photos/{found['id']}", key=tenant.read).status == 404
    assert call("GET", f"{path}/photos", key=tenant.read).status == 404
