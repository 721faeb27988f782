"""DELETE /v1/claims/{claim_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.callrail import actions, events, stored
from tests.support.claims import add_note, closed_claim, extracted, hold, move, new_claim, scope, shown
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

WORDS = ("uackenbush", "5550188", "anzibar", "ZQ-77", "ZQ-88")
KEYED = {"Idempotency-Key": "once"}
PERSON: dict[str, Any] = {
    "claim_number": "ZQ-77",
    "carrier": "Example Mutual",
    "policy_number": "ZQ-88",
    "insured": {"name": "Zeb Quackenbush", "email": "zeb@quackenbush.example.com", "phone": "+14155550188"},
    "address": {"line1": "77 Zanzibar Rd", "city": "Oakland", "state": "CA", "postal_code": "94601"},
}
NOTE = {"text": "Remove 20 SF of drywall in Mr Quackenbush's attic.", "author": "Zeb Quackenbush"}


def _documented(tenant: Tenant) -> str:
    """A claim with notes, a reviewed scope, a hold that was released and a transition, each with personal data.

    Returns its id.
    """
    claim_id = str(call("POST", "/v1/claims", key=tenant.write, json_body=PERSON, headers=KEYED).json["id"])
    for number in range(2):
        headers = {"Idempotency-Key": f"note {number}"}
        path = f"/v1/claims/{claim_id}/notes"
        assert call("POST", path, key=tenant.write, json_body=NOTE, headers=headers).status == 201
    item = extracted(tenant, claim_id)["data"][0]
    rejected = {"status": "rejected", "reason": "Quackenbush did that himself."}
    path = f"/v1/claims/{claim_id}/scope/{item['id']}"
    assert call("PATCH", path, key=tenant.write, json_body=rejected, headers=KEYED).status == 200
    room = scope(tenant, claim_id, "rooms")["data"][0]
    corrected = {"measures": {"height": 9}, "reason": "Quackenbush measured that."}
    path = f"/v1/claims/{claim_id}/rooms/{room['id']}"
    assert call("PATCH", path, key=tenant.write, json_body=corrected, headers=KEYED).status == 200
    hold(tenant, claim_id, "Quackenbush sues.")
    assert call("DELETE", f"/v1/claims/{claim_id}/legal-hold", key=tenant.admin).status == 204
    assert move(tenant, claim_id, "closed", "Quackenbush settled.").status == 200
    return claim_id


def _erase(tenant: Tenant, claim_id: str) -> ApiResponse:
    return call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin)


def _left_of(tenant: Tenant) -> list[str]:
    text = json.dumps([item for item in items() if item["pk"]["S"].startswith(tenant.id)])
    return [word for word in WORDS if word in text]


def test_no_personal_data_is_left_in_the_table(tenant: Tenant) -> None:
    claim_id = _documented(tenant)
    Pipeline().run()

    assert _erase(tenant, claim_id).status == 204
    Pipeline().run()

    assert _left_of(tenant) == []
    assert {item["kind"]["S"] for item in items() if item.get("id", {}).get("S") == claim_id} == {
        "CLAIM_TOMBSTONE"
    }
    for kind in (
        "CLAIM",
        "CLAIM_NUMBER",
        "CLAIM_RETENTION",
        "CLAIM_NOTE",
        "CLAIM_EXTRACTION",
        "CLAIM_SCOPE_DECISION",
        "CLAIM_ROOM_CORRECTION",
        "RESPONSE",
    ):
        assert stored(kind, tenant.id) == []
    assert actions("claim", tenant.id)[-1] == "claim.erased"


def test_an_erased_claim_is_404_everywhere(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    note_id = add_note(tenant, claim_id)["id"]

    assert _erase(tenant, claim_id).status == 204

    for path in ("", "/notes", f"/notes/{note_id}"):
        assert call("GET", f"/v1/claims/{claim_id}{path}", key=tenant.read).status == 404
    assert _erase(tenant, claim_id).status == 404
    assert hold(tenant, claim_id).status == 404
    body = {"text": "Late."}
    assert call("POST", f"/v1/claims/{claim_id}/notes", key=tenant.write, json_body=body).status == 404
    assert call("GET", "/v1/claims", key=tenant.read).json["data"] == []


def test_the_number_is_free_again(tenant: Tenant) -> None:
    claim_id = new_claim(tenant, **PERSON)["id"]
    assert _erase(tenant, claim_id).status == 204

    assert call("POST", "/v1/claims", key=tenant.write, json_body=PERSON).status == 201


def test_a_repeated_request_returns_no_data_and_creates_nothing(tenant: Tenant) -> None:
    claim_id = _documented(tenant)
    _erase(tenant, claim_id)
    Pipeline().run()

    again = call("POST", "/v1/claims", key=tenant.write, json_body=PERSON, headers=KEYED)

    assert (again.status, again.json["error"]["details"]["id"]) == (404, claim_id)
    assert items("CLAIM") == []


def test_a_claim_on_hold_is_409(tenant: Tenant) -> None:
    claim_id = closed_claim(tenant)["id"]
    hold(tenant, claim_id)

    response = _erase(tenant, claim_id)

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["legal_hold"] is True
    assert shown(tenant, claim_id)["legal_hold"] is not None


def test_a_hold_that_is_placed_meanwhile_wins(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = new_claim(tenant)["id"]

    with overtaken(monkeypatch, lambda: hold(tenant, claim_id)):
        assert _erase(tenant, claim_id).status == 409

    assert items("CLAIM_TOMBSTONE") == []


def test_a_note_that_is_added_meanwhile_goes_too(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = new_claim(tenant)["id"]

    with overtaken(monkeypatch, lambda: add_note(tenant, claim_id)):
        assert _erase(tenant, claim_id).status == 204
    Pipeline().run()

    assert items("CLAIM_NOTE") == []


def test_it_needs_an_admin_of_the_tenant(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.write).status == 403
    assert call("DELETE", f"/v1/claims/{claim_id}", key=stranger.admin).status == 404
    assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.test_admin).status == 404


def test_the_notes_of_other_claims_stay(tenant: Tenant) -> None:
    erased, kept = new_claim(tenant)["id"], new_claim(tenant)["id"]
    add_note(tenant, erased)
    add_note(tenant, kept)

    _erase(tenant, erased)
    Pipeline().run()

    assert [item["claim_id"] for item in stored("CLAIM_NOTE", tenant.id)] == [kept]


def test_a_worker_killed_after_any_call_erases_all(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = _documented(tenant)
    _erase(tenant, claim_id)
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")
    event = sqs_event("EraseTracesQueue", [json.dumps(task)])
    worker = load_app("workers/erase_traces").handler
    for number in range(1, 30):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                worker(event, None)
            except Killed:
                continue
        break
    else:
        raise AssertionError("the worker was killed at every call")

    assert worker(event, None) == {"batchItemFailures": []}
    assert _left_of(tenant) == []
    assert number > 3


def test_subscribers_get_an_event_and_the_stored_events_are_cleaned(tenant: Tenant) -> None:
    claim_id = _documented(tenant)
    Pipeline().run()
    (before,) = events("claim.scope.ready", tenant.id)
    assert before["insured"]["name"] == "Zeb Quackenbush"

    _erase(tenant, claim_id)
    Pipeline().run()

    (ready,), (erased,) = events("claim.scope.ready", tenant.id), events("claim.erased", tenant.id)
    for data in (ready, erased):
        assert (data["id"], data["insured"], data["claim_number"]) == (claim_id, None, None)
    assert ready["scope_version"] == erased["scope_version"] == 1
