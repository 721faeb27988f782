"""PATCH /v1/claims/{claim_id}/photos/{photo_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.claims import audit_records, move, new_claim
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.photos import declare, inspect, inspected, photo, read, upload

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def patch(tenant: Tenant, photo: dict[str, Any], body: dict[str, Any], **headers: str) -> ApiResponse:
    path = f"/v1/claims/{photo['claim_id']}/photos/{photo['id']}"
    return call("PATCH", path, key=tenant.write, json_body=body, headers=headers)


def test_caption_and_room_change_and_nothing_else(tenant: Tenant) -> None:
    before = inspected(tenant, new_claim(tenant)["id"], photo(), caption="Hall", room="Hall")

    after = patch(tenant, before, {"caption": "North wall", "room": None}).json

    assert (after["caption"], after["room"], after["version"]) == ("North wall", None, before["version"] + 1)
    same = ("status", "sha256", "evidence", "filename", "inspected_at", "duplicate_of")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    (record,) = audit_records(tenant, "claim_photo.updated")
    assert {change["field"] for change in record["changes"]} == {"caption", "room"}
    assert "North wall" not in str(record)


def test_the_file_cannot_be_changed(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())

    for body in ({"sha256": "0" * 64}, {"status": "ready"}, {"filename": "b.jpg"}):
        assert patch(tenant, declared, body).status == 422


def test_a_version_that_does_not_match_is_refused(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())

    assert patch(tenant, declared, {"room": "Hall"}, **{"If-Match": '"2"'}).status == 412
    response = patch(tenant, declared, {"room": "Hall"}, **{"If-Match": '"1"'})
    assert (response.status, response.headers["ETag"]) == (200, '"2"')


def test_equal_values_change_nothing(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo(), room="Hall")

    assert patch(tenant, declared, {"room": "Hall"}).json["version"] == 1
    assert audit_records(tenant, "claim_photo.updated") == []


def test_an_update_between_declaration_and_inspection_is_kept(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    patch(tenant, declared, {"caption": "early"})
    upload(declared, content)
    patch(tenant, declared, {"room": "Hall"})
    inspect()

    found = read(tenant, declared)
    assert (found["status"], found["caption"], found["room"]) == ("ready", "early", "Hall")


def test_an_update_that_loses_the_race_with_the_inspection_is_repeated(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)

    with overtaken(monkeypatch, inspect):
        response = patch(tenant, declared, {"room": "Hall"})

    assert response.status == 200, response.text
    found = read(tenant, declared)
    assert (found["status"], found["room"]) == ("ready", "Hall")


def test_a_photo_of_a_closed_claim_cannot_be_changed(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())
    move(tenant, declared["claim_id"], "closed", "Withdrawn.")

    assert patch(tenant, declared, {"room": "Hall"}).status == 409


def test_a_strangers_photo_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())

    assert patch(stranger, declared, {"room": "Hall"}).status == 404
