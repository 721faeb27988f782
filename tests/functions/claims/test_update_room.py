"""PATCH /v1/claims/{claim_id}/rooms/{room_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.claims import add_note, audit_records, extracted, move, new_claim, scope, shown
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.sign_offs import accept_all, download, latest, request_sign_off, sign, write_bundle
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

TEXT = "Kitchen 12 x 10, 8' ceiling. Remove 125 SF of carpet in the kitchen."
TALLER = {"measures": {"height": 9}}
LARGER = {
    "measures": {"pieces": [{"kind": "main", "length": 13, "width": 10}]},
    "reason": "Dana Reyes measured it by laser.",
}


def _ready(tenant: Tenant, text: str = TEXT) -> tuple[str, Any]:
    """A claim in review and its only room."""
    claim_id = str(new_claim(tenant)["id"])
    extracted(tenant, claim_id, text)
    return claim_id, _room(tenant, claim_id)


def _room(tenant: Tenant, claim_id: str) -> Any:
    (room,) = scope(tenant, claim_id, "rooms")["data"]
    return room


def _correct(tenant: Tenant, claim_id: str, room: Any, body: dict[str, Any], **headers: str) -> ApiResponse:
    path = f"/v1/claims/{claim_id}/rooms/{room['id']}"
    return call("PATCH", path, key=tenant.write, json_body=body, headers=headers)


def test_a_correction_stands_beside_what_the_engine_read_and_the_areas_follow_it(tenant: Tenant) -> None:
    claim_id, before = _ready(tenant)
    assert (before["areas"]["floor"], before["correction"], before["version"]) == (120, None, 1)

    response = _correct(tenant, claim_id, before, LARGER)

    room = response.json
    assert (response.status, room["length"], room["width"], room["height"]) == (200, 13, 10, 8)
    assert (room["areas"]["floor"], room["areas"]["walls"]) == (130, 368)
    assert room["engine"] == before["engine"] == {name: before[name] for name in before["engine"]}
    assert room["engine"]["pieces"] == [{"kind": "main", "length": 12, "width": 10}]
    assert (room["correction"]["reason"], room["correction"]["scope_version"]) == (LARGER["reason"], 1)
    assert room["correction"]["decided_by"].startswith("key_")
    assert (room["version"], response.headers["ETag"]) == (2, '"2"')
    assert _room(tenant, claim_id) == room
    assert shown(tenant, claim_id)["status"] == "in_review"
    assert len(audit_records(tenant, "claim.review_began")) == 1


def test_the_rooms_are_sent_again_after_a_correction(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    path = f"/v1/claims/{claim_id}/rooms"
    tag = call("GET", path, key=tenant.read).headers["ETag"]
    _correct(tenant, claim_id, room, TALLER)

    response = call("GET", path, key=tenant.read, headers={"If-None-Match": tag})

    assert (response.status, response.json["data"][0]["height"]) == (200, 9)


def test_the_checks_read_corrected_measures(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    assert "quantity_over_room" in {finding["check"] for finding in scope(tenant, claim_id, "checks")["data"]}

    _correct(tenant, claim_id, room, LARGER)

    assert "quantity_over_room" not in {
        finding["check"] for finding in scope(tenant, claim_id, "checks")["data"]
    }


def test_openings_and_pieces_replace_those_of_the_engine(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    measures = {
        "pieces": [
            {"kind": "main", "length": 12, "width": 10},
            {"kind": "closet", "length": 3, "width": 2},
        ],
        "openings": [{"kind": "door", "width": 3, "height": 7, "count": 2}],
    }

    corrected = _correct(tenant, claim_id, room, {"measures": measures}).json

    assert {name: corrected[name] for name in measures} == measures
    assert (corrected["areas"]["floor"], corrected["areas"]["walls"]) == (126, 54 * 8 - 42)


def test_a_null_takes_the_measure_of_the_engine_again(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    _correct(tenant, claim_id, room, LARGER)

    taller = _correct(tenant, claim_id, room, TALLER).json
    assert (taller["length"], taller["height"], taller["correction"]["reason"]) == (13, 9, None)
    restored = _correct(tenant, claim_id, room, {"measures": {"pieces": None, "height": None}}).json

    assert {name: restored[name] for name in restored["engine"]} == restored["engine"]
    assert restored["version"] == 4


def test_the_reason_is_a_commitment_in_the_audit_log(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)

    _correct(tenant, claim_id, room, LARGER)

    (record,) = audit_records(tenant, "claim_room.corrected")
    changes = {change["field"]: change for change in record["changes"]}
    assert record["resource"] == {"type": "claim_room", "id": room["id"]}
    assert changes["measures"]["to"]["pieces"] == [{"kind": "main", "length": 13, "width": 10}]
    assert "Dana" not in str(record)


def test_the_same_correction_again_changes_nothing(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    first = _correct(tenant, claim_id, room, LARGER)

    assert _correct(tenant, claim_id, room, LARGER).json == first.json
    assert len(audit_records(tenant, "claim_room.corrected")) == 1


def test_a_correction_of_an_older_version_is_refused(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    assert _correct(tenant, claim_id, room, TALLER, **{"If-Match": '"1"'}).status == 200

    stale = _correct(tenant, claim_id, room, LARGER, **{"If-Match": '"1"'})

    assert (stale.status, stale.json["error"]["details"]["version"]) == (412, 2)


def test_a_correction_is_carried_over_while_the_engine_reads_the_same_measures(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    _correct(tenant, claim_id, room, LARGER)

    extracted(tenant, claim_id, "Kitchen: replace 20 LF of baseboard.")

    carried = _room(tenant, claim_id)
    assert (carried["id"], carried["length"], carried["version"]) == (room["id"], 13, 3)
    assert carried["correction"]["scope_version"] == 1
    add_note(tenant, claim_id, "Correction by laser: kitchen is 14 x 10.")
    extracted(tenant, claim_id)
    measured_again = _room(tenant, claim_id)
    assert (measured_again["length"], measured_again["correction"]) == (14, None)
    assert measured_again["version"] == 4


def test_a_sign_off_freezes_the_correction_and_a_later_one_begins_another_review(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    _correct(tenant, claim_id, room, LARGER)
    accept_all(tenant, claim_id)
    assert write_bundle(tenant, sign(tenant, claim_id)) == []
    signed = latest(tenant, claim_id)

    assert _correct(tenant, claim_id, room, TALLER).status == 200

    assert shown(tenant, claim_id)["status"] == "in_review"
    (frozen,) = json.loads(download(signed["bundle"]["json_url"]))["rooms"]
    assert (frozen["height"], frozen["pieces"][0]["length"], frozen["areas"]["floor"]) == (8, 13, 130)
    assert frozen["correction"]["engine"]["pieces"][0]["length"] == 12
    assert frozen["correction"]["reason"] == LARGER["reason"]


def test_a_correction_during_a_sign_off_refuses_one_of_the_two(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id, room = _ready(tenant, "Kitchen 12 x 10. Remove 20 SF of carpet in the kitchen.")
    accept_all(tenant, claim_id)
    checks = scope(tenant, claim_id, "checks")["data"]
    acknowledge = [{"check_id": check["id"], "reason": "Agreed."} for check in checks]

    with overtaken(monkeypatch, lambda: _correct(tenant, claim_id, room, TALLER)):
        response = request_sign_off(tenant, claim_id, acknowledge=acknowledge)

    if response.status == 202:  # repeated by the pipeline, over the corrected room
        assert _room(tenant, claim_id)["height"] == 9
    else:
        assert response.status in (409, 422)


def test_a_closed_claim_is_not_corrected(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    move(tenant, claim_id, "closed", "Withdrawn.")

    response = _correct(tenant, claim_id, room, TALLER)

    assert (response.status, response.json["error"]["details"]["status"]) == (409, "closed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"measures": None},
        {"measures": {"length": 12}},
        {"measures": {"height": 0}},
        {"measures": {"height": -8}},
        {"measures": {"height": 1001}},
        {"measures": {"height": "8"}},
        {"measures": {"pieces": [{"kind": "closet", "length": 3, "width": 2}]}},
        {"measures": {"pieces": [{"kind": "main", "length": 3, "width": 2}] * 2}},
        {"measures": {"pieces": [{"kind": "main", "length": 3}]}},
        {"measures": {"pieces": [{"kind": "circle", "length": 3, "width": 2}]}},
        {"measures": {"openings": [{"kind": "door", "width": 3, "count": 0}]}},
        {"measures": {"openings": [{"kind": "door", "width": 3}] * 51}},
        {"measures": {"height": 9}, "reason": ""},
        {"measures": {"height": 9}, "name": "den"},
    ],
)
def test_what_a_correction_must_not_say(tenant: Tenant, body: dict[str, Any]) -> None:
    claim_id, room = _ready(tenant)

    assert _correct(tenant, claim_id, room, body).status == 422
    assert stored("CLAIM_ROOM_CORRECTION", tenant.id) == []


def test_unknown_rooms_and_those_of_others_are_404(tenant: Tenant) -> None:
    claim_id, room = _ready(tenant)
    other_id, _ = _ready(tenant)

    assert _correct(tenant, other_id, room, TALLER).status == 404
    assert _correct(new_tenant(), claim_id, room, TALLER).status == 404
    assert _correct(tenant, claim_id, {"id": "x"}, TALLER).status == 404
    assert _correct(tenant, str(new_claim(tenant)["id"]), room, TALLER).status == 404
