"""PATCH /v1/claims/{claim_id}/scope/{item_id}."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import stored
from tests.support.claims import (
    add_note,
    audit_records,
    extracted,
    extraction_task,
    move,
    new_claim,
    request_extraction,
    run_extraction,
    scope,
    shown,
)
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

TEXT = "Remove 20 SF of drywall in the attic. Remove 10 SF of carpet in the kitchen."
REJECTED = {"status": "rejected", "reason": "Dana Reyes did that herself."}


def _ready(tenant: Tenant, text: str = TEXT) -> tuple[str, list[Any]]:
    """A claim in review with the items of its scope."""
    claim_id = str(new_claim(tenant)["id"])
    return claim_id, extracted(tenant, claim_id, text)["data"]


def _decide(tenant: Tenant, claim_id: str, item: Any, body: dict[str, Any], **headers: str) -> ApiResponse:
    path = f"/v1/claims/{claim_id}/scope/{item['id']}"
    return call("PATCH", path, key=tenant.write, json_body=body, headers=headers)


def _items(tenant: Tenant, claim_id: str) -> dict[str, Any]:
    """The items by description."""
    return {item["description"]: item for item in scope(tenant, claim_id)["data"]}


def test_the_first_decision_begins_the_review(tenant: Tenant) -> None:
    claim_id, (drywall, carpet) = _ready(tenant)

    response = _decide(tenant, claim_id, drywall, {"status": "accepted"})

    item = response.json
    assert (response.status, item["status"], item["version"]) == (200, "accepted", 2)
    assert (item["decision"]["reason"], item["decision"]["scope_version"]) == (None, 1)
    assert item["decision"]["decided_by"].startswith("key_")
    assert shown(tenant, claim_id)["status"] == "in_review"
    assert _items(tenant, claim_id) == {"drywall": item, "carpet": carpet}
    _decide(tenant, claim_id, carpet, {"status": "accepted"})
    assert len(audit_records(tenant, "claim.review_began")) == 1


def test_an_edit_stands_beside_what_the_engine_says(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    values = {"quantity": 24.5, "room": "Loft", "category_code": "DRY", "note": "Measured again."}

    item = _decide(tenant, claim_id, drywall, {"status": "edited", "values": values}).json

    assert item["status"] == "edited"
    assert {name: item[name] for name in values} == values
    assert (item["activity"], item["unit"]) == ("remove", "SF")
    assert item["engine"] == drywall["engine"]
    again = _decide(tenant, claim_id, drywall, {"status": "edited", "values": {"note": None}}).json
    assert (again["note"], again["quantity"], again["room"]) == (None, 24.5, "Loft")
    accepted = _decide(tenant, claim_id, drywall, {"status": "accepted"}).json
    assert (accepted["quantity"], accepted["version"]) == (20, 4)


def test_a_rejection_leaves_the_checks(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)

    assert _decide(tenant, claim_id, drywall, REJECTED).status == 200

    concerned = {
        item_id for finding in scope(tenant, claim_id, "checks")["data"] for item_id in finding["item_ids"]
    }
    assert drywall["id"] not in concerned
    assert [item["id"] for item in scope(tenant, claim_id, "scope?status=rejected")["data"]] == [
        drywall["id"]
    ]


def test_the_checks_read_edited_values(tenant: Tenant) -> None:
    claim_id, (carpet,) = _ready(tenant, "Kitchen 12 x 10. Remove 100 SF of carpet in the kitchen.")
    assert "quantity_over_room" not in {
        finding["check"] for finding in scope(tenant, claim_id, "checks")["data"]
    }

    _decide(tenant, claim_id, carpet, {"status": "edited", "values": {"quantity": 200}})

    found = {finding["check"]: finding for finding in scope(tenant, claim_id, "checks")["data"]}
    assert found["quantity_over_room"]["item_ids"] == [carpet["id"]]


def test_texts_of_people_are_commitments_in_the_audit_log(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    _decide(tenant, claim_id, drywall, REJECTED)
    _decide(tenant, claim_id, drywall, {"status": "edited", "values": {"note": "By Dana Reyes."}})

    (rejected,) = audit_records(tenant, "claim_scope_item.rejected")
    (edited,) = audit_records(tenant, "claim_scope_item.edited")
    assert rejected["resource"] == {"type": "claim_scope_item", "id": drywall["id"]}
    assert {change["field"] for change in edited["changes"]} == {"status", "reason", "values"}
    assert "Dana" not in str(rejected) + str(edited)


def test_the_same_decision_again_changes_nothing(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    first = _decide(tenant, claim_id, drywall, REJECTED)

    assert _decide(tenant, claim_id, drywall, REJECTED).json == first.json
    assert len(audit_records(tenant, "claim_scope_item.rejected")) == 1


def test_a_decision_on_an_older_version_is_refused(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    first = _decide(tenant, claim_id, drywall, {"status": "accepted"}, **{"If-Match": '"1"'})
    assert (first.status, first.headers["ETag"]) == (200, '"2"')

    stale = _decide(tenant, claim_id, drywall, REJECTED, **{"If-Match": '"1"'})

    assert (stale.status, stale.json["error"]["details"]["version"]) == (412, 2)
    request_extraction(tenant, claim_id)
    assert run_extraction(extraction_task(tenant, claim_id)) == []
    add_note(tenant, claim_id, "Replace 20 LF of baseboard in the hall.")
    extracted(tenant, claim_id)
    late = _decide(tenant, claim_id, drywall, REJECTED, **{"If-Match": '"2"'})
    assert (late.status, late.json["error"]["details"]["version"]) == (412, 3)


def test_decisions_about_unchanged_items_are_carried_over(tenant: Tenant) -> None:
    claim_id, (drywall, carpet) = _ready(tenant)
    _decide(
        tenant, claim_id, drywall, {"status": "edited", "values": {"quantity": 22}, "reason": "Measured."}
    )
    _decide(tenant, claim_id, carpet, REJECTED)

    extracted(tenant, claim_id, "Replace 20 LF of baseboard in the hall.")

    found = _items(tenant, claim_id)
    statuses = {name: item["status"] for name, item in found.items()}
    assert statuses == {"drywall": "edited", "carpet": "rejected", "baseboard": "proposed"}
    assert (found["drywall"]["quantity"], found["drywall"]["engine"]["quantity"]) == (22, 20)
    assert (found["drywall"]["decision"]["scope_version"], found["drywall"]["version"]) == (1, 3)
    assert shown(tenant, claim_id)["status"] == "ready_for_review"


def test_a_decision_does_not_hold_for_another_quantity_but_its_number_counts(tenant: Tenant) -> None:
    claim_id = str(new_claim(tenant)["id"])
    note = add_note(tenant, claim_id, "Remove 20 SF of drywall in the attic.")
    (drywall,) = extracted(tenant, claim_id)["data"]
    _decide(tenant, claim_id, drywall, {"status": "accepted"})
    add_note(tenant, claim_id, "Correction: remove 30 SF of drywall in the attic.", corrects=note["id"])

    items = extracted(tenant, claim_id)["data"]

    assert [item["quantity"] for item in items] == [30]
    assert [item["status"] for item in items] == ["proposed"]


def test_many_people_decide_at_once(tenant: Tenant) -> None:
    rooms = ("kitchen", "bathroom", "hallway", "attic", "garage", "basement")
    text = " ".join(f"Remove {10 + number} SF of carpet in the {room}." for number, room in enumerate(rooms))
    claim_id, items = _ready(tenant, text)
    assert len(items) == len(rooms)

    with ThreadPoolExecutor(len(items)) as pool:
        responses = list(
            pool.map(lambda item: _decide(tenant, claim_id, item, {"status": "accepted"}), items)
        )

    accepted = [response for response in responses if response.status == 200]
    assert accepted
    for item, response in zip(items, responses, strict=True):
        if response.status != 200:  # contention: the caller repeats it
            assert response.status in (409, 503)
            assert _decide(tenant, claim_id, item, {"status": "accepted"}).status == 200
    assert {item["status"] for item in scope(tenant, claim_id)["data"]} == {"accepted"}
    assert len(audit_records(tenant, "claim.review_began")) == 1


def test_an_extraction_that_begins_meanwhile_refuses_the_decision(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id, (drywall, carpet) = _ready(tenant)
    _decide(tenant, claim_id, carpet, {"status": "accepted"})

    with overtaken(monkeypatch, lambda: request_extraction(tenant, claim_id)):
        response = _decide(tenant, claim_id, drywall, {"status": "accepted"})

    assert (response.status, response.json["error"]["details"]["status"]) == (409, "extracting")
    assert len(stored("CLAIM_SCOPE_DECISION", tenant.id)) == 1


def test_a_closed_claim_is_not_reviewed(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    move(tenant, claim_id, "closed", "Withdrawn.")

    response = _decide(tenant, claim_id, drywall, {"status": "accepted"})

    assert (response.status, response.json["error"]["details"]["status"]) == (409, "closed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "proposed"},
        {"status": "rejected"},
        {"status": "edited"},
        {"status": "edited", "values": None},
        {"status": "accepted", "values": {"quantity": 1}},
        {"status": "edited", "values": {"quantity": 0}},
        {"status": "edited", "values": {"quantity": -1}},
        {"status": "edited", "values": {"quantity": 1_000_001}},
        {"status": "edited", "values": {"quantity": "5"}},
        {"status": "edited", "values": {"quantity": None}},
        {"status": "edited", "values": {"unit": "XX"}},
        {"status": "edited", "values": {"activity": "demolish"}},
        {"status": "edited", "values": {"activity": None}},
        {"status": "edited", "values": {"description": None}},
        {"status": "edited", "values": {"description": ""}},
        {"status": "edited", "values": {"room": "a\nb"}},
        {"status": "edited", "values": {"confidence": 1}},
        {"status": "edited", "values": {"evidence": []}},
        {"status": "edited", "values": {"note": "bell \u0007"}},
        {"status": "edited", "values": {"selector_code": "x" * 21}},
        {"status": "rejected", "reason": "x" * 1001},
    ],
)
def test_what_a_decision_must_not_say(tenant: Tenant, body: dict[str, Any]) -> None:
    claim_id, (drywall, _) = _ready(tenant)

    assert _decide(tenant, claim_id, drywall, body).status == 422
    assert stored("CLAIM_SCOPE_DECISION", tenant.id) == []


def test_a_quantity_can_be_removed_with_its_unit_and_basis(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    nothing = {"quantity": None, "unit": None, "quantity_basis": None}

    assert (
        _decide(tenant, claim_id, drywall, {"status": "edited", "values": nothing}).json["quantity"] is None
    )


def test_unknown_items_and_those_of_others_are_404(tenant: Tenant) -> None:
    claim_id, (drywall, _) = _ready(tenant)
    other_id, _ = _ready(tenant)
    accepted = {"status": "accepted"}

    assert _decide(tenant, other_id, drywall, accepted).status == 404
    assert _decide(new_tenant(), claim_id, drywall, accepted).status == 404
    assert _decide(tenant, claim_id, {"id": "x"}, accepted).status == 404
    assert _decide(tenant, str(new_claim(tenant)["id"]), drywall, accepted).status == 404
