"""PATCH /v1/calls/{call_id}/classification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.calls.test_create import CALL
from tests.support.callrail import actions, events, stored
from tests.support.faults import overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

WRONG_NUMBER = "Agent: Summit Restoration.\nCaller: Oh sorry, I have the wrong number."
QUALIFIED = {"intent": "sewage", "urgency": "high", "qualified": True}


def ingested(tenant: Tenant, **changes: Any) -> str:
    """The id of a call that the engine has classified."""
    response = call("POST", "/v1/calls", key=tenant.write, json_body={**CALL, **changes})
    assert response.status == 201, response.text
    Pipeline().run()
    return str(response.json["id"])


def patch(tenant: Tenant, call_id: str, body: dict[str, Any], **headers: str) -> ApiResponse:
    path = f"/v1/calls/{call_id}/classification"
    return call("PATCH", path, key=tenant.write, json_body=body, headers=headers)


def detail(tenant: Tenant, call_id: str) -> Any:
    return call("GET", f"/v1/calls/{call_id}", key=tenant.read).json


def switch_ai(tenant: Tenant, *, enabled: bool) -> None:
    body = {"settings": {"ai": {"enabled": enabled}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200


def test_a_correction_counts_and_the_answer_of_the_engine_stays_beside_it(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    before = detail(tenant, call_id)

    response = patch(tenant, call_id, {"intent": "sewage", "note": "It came out of the drain."})

    assert response.status == 200, response.text
    correction = response.json["correction"]
    assert correction["fields"] == {"intent": "sewage"}
    assert (correction["note"], correction["by"]["type"]) == ("It came out of the drain.", "api_key")
    assert correction["at"] == response.json["corrected_at"]
    after = detail(tenant, call_id)
    assert after["correction"] == correction
    changed = {"intent", "confidence", "confidences"}
    unchanged = {name for name in before["classification"] if name not in changed}
    for name in unchanged:
        assert after["classification"][name] == before["classification"][name]
    assert after["classification"]["intent"] == "sewage"
    assert after["classification"]["confidences"]["intent"] == 1
    assert after["classification"]["confidence"] >= before["classification"]["confidence"]
    assert after["classification_runs"] == before["classification_runs"]
    assert (after["version"], response.headers["ETag"]) == (before["version"] + 1, f'"{after["version"]}"')
    listed = call("GET", "/v1/calls?intent=sewage", key=tenant.read).json["data"]
    assert [item["id"] for item in listed] == [call_id]
    assert "drain" not in json.dumps(listed)


def test_a_later_run_does_not_overwrite_a_correction(tenant: Tenant) -> None:
    call_id = ingested(tenant, transcript=None)
    patch(tenant, call_id, {"intent": "mold", "qualified": None})
    again = {**CALL, "duration_seconds": 95}

    call("POST", "/v1/calls", key=tenant.write, json_body=again)
    Pipeline().run()

    found = detail(tenant, call_id)
    assert (found["classification"]["intent"], found["classification"]["qualified"]) == ("mold", None)
    assert found["classification"]["urgency"] == "emergency"
    assert [run["intent"] for run in found["classification_runs"]] == ["water", "unknown"]
    assert found["lead_id"] is None
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.classified"][1:]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(record["changes"]))}
    assert changes["intent"] == "water"


def test_a_call_that_a_person_qualifies_becomes_a_lead(tenant: Tenant) -> None:
    call_id = ingested(tenant, transcript=WRONG_NUMBER)
    assert detail(tenant, call_id)["classification"]["qualified"] is False

    patch(tenant, call_id, QUALIFIED)
    Pipeline().run()

    assert [event["classification"]["qualified"] for event in events("call.classified", tenant.id)] == [
        False,
        True,
    ]
    (lead,) = events("lead.created", tenant.id)
    assert (lead["call_id"], lead["loss_type"], lead["urgency"]) == (call_id, "sewage", "high")
    assert detail(tenant, call_id)["lead_id"] == lead["id"]
    assert len(events("call.qualified", tenant.id)) == 1


def test_a_danger_that_a_person_names_is_an_emergency(tenant: Tenant) -> None:
    call_id = ingested(tenant, transcript=WRONG_NUMBER)

    response = patch(tenant, call_id, {"safety": True})

    assert response.json["correction"]["fields"] == {"safety": True}
    counts = response.json["classification"]
    assert (counts["safety"], counts["urgency"], counts["hazards"]) == (
        True,
        "emergency",
        ["person_in_danger"],
    )
    assert "urgency" not in counts["unsure"]
    assert response.json["dispatch"]["action"] == "transfer"
    assert [event["classification"]["safety"] for event in events("call.classified", tenant.id)] == [
        False,
        True,
    ]


def test_a_danger_that_a_person_denies_counts_no_more(tenant: Tenant) -> None:
    call_id = ingested(tenant, transcript="Caller: I smell gas in my kitchen, 62704.")
    before = detail(tenant, call_id)
    assert before["classification"]["hazards"] == ["gas_smell"]

    counts = patch(tenant, call_id, {"safety": False, "urgency": "low"}).json["classification"]

    assert (counts["safety"], counts["urgency"], counts["hazards"]) == (False, "low", [])
    after = detail(tenant, call_id)
    assert after["classification_runs"] == before["classification_runs"]
    assert after["dispatch"]["action"] not in ("dispatch_now", "transfer")


def test_a_danger_is_no_less_than_an_emergency(tenant: Tenant) -> None:
    call_id = ingested(tenant)

    response = patch(tenant, call_id, {"safety": True, "urgency": "normal"})

    assert response.status == 422
    assert "emergency" in response.json["error"]["message"]


def test_a_confirmation_is_a_correction_and_emits_no_event(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    run = detail(tenant, call_id)["classification"]

    response = patch(tenant, call_id, {name: run[name] for name in ("intent", "urgency", "qualified")})

    assert response.json["correction"]["fields"] == {
        "intent": "water",
        "urgency": "emergency",
        "qualified": True,
    }
    assert len(events("call.classified", tenant.id)) == 1
    assert actions("call", tenant.id)[-1] == "call.corrected"


def test_fields_are_corrected_one_after_the_other(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    patch(tenant, call_id, {"intent": "sewage", "note": "First"})

    response = patch(tenant, call_id, {"qualified": None, "note": None})

    assert response.json["correction"]["fields"] == {"intent": "sewage", "qualified": None}
    assert response.json["correction"]["note"] is None
    undetermined = call("GET", "/v1/calls?qualified=undetermined", key=tenant.read).json["data"]
    assert [item["id"] for item in undetermined] == [call_id]


def test_an_equal_correction_changes_nothing(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    first = patch(tenant, call_id, QUALIFIED)

    second = patch(tenant, call_id, QUALIFIED)

    assert (second.status, second.json) == (200, first.json)
    assert actions("call", tenant.id).count("call.corrected") == 1


def test_a_withdrawn_correction_lets_the_newest_run_count(tenant: Tenant) -> None:
    call_id = ingested(tenant)
    before = detail(tenant, call_id)
    patch(tenant, call_id, QUALIFIED)

    response = patch(tenant, call_id, {"correction": None})

    assert (response.status, response.json["correction"], response.json["corrected_at"]) == (200, None, None)
    after = detail(tenant, call_id)
    assert (after["classification"], after["classified_at"]) == (
        before["classification"],
        before["classified_at"],
    )
    assert len(events("call.classified", tenant.id)) == 3
    assert stored("CORRECTION", tenant.id) == []
    assert actions("call", tenant.id)[-1] == "call.correction_withdrawn"
    assert patch(tenant, call_id, {"correction": None}).json["version"] == after["version"]


def test_a_person_can_classify_what_no_engine_has(tenant: Tenant) -> None:
    switch_ai(tenant, enabled=False)
    call_id = ingested(tenant)
    assert detail(tenant, call_id)["classification"] is None

    incomplete = patch(tenant, call_id, {"intent": "sewage"})
    response = patch(tenant, call_id, QUALIFIED)

    fields = incomplete.json["error"]["details"]["fields"]
    assert [field["pointer"] for field in fields] == ["/urgency", "/qualified"]
    assert (response.status, response.json["status"]) == (200, "needs_review"), "no service area is set"
    classification = response.json["classification"]
    assert (classification["intent"], classification["provenance"]["engine"]) == ("sewage", "person")
    Pipeline().run()
    found = detail(tenant, call_id)
    assert found["lead_id"] is not None
    assert found["classification_runs"] == []
    withdrawn = patch(tenant, call_id, {"correction": None}).json
    assert (withdrawn["status"], withdrawn["classification"], withdrawn["classified_at"]) == (
        "received",
        None,
        None,
    )
    switch_ai(tenant, enabled=True)


def test_each_field_of_a_correction_is_audited_and_the_note_as_a_commitment(tenant: Tenant) -> None:
    call_id = ingested(tenant)

    patch(tenant, call_id, {"intent": "sewage", "qualified": None, "note": "Ms Reyes said so"})

    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "call.corrected"]
    changes = {
        change["field"]: (change.get("from"), change["to"])
        for change in json.loads(json.dumps(record["changes"]))
    }
    note = changes.pop("correction.note")
    assert str(note[1]).startswith("hmac-sha256:")
    assert changes == {
        "intent": ("water", "sewage"),
        "qualified": (True, None),
        "correction.intent": (None, "sewage"),
        "correction.qualified": (None, "undetermined"),
    }
    assert "Ms Reyes" not in json.dumps([items("AUDIT"), items("EVENT")])


def test_a_run_and_a_correction_at_the_same_time_both_count(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = ingested(tenant, transcript=None)
    call("POST", "/v1/calls", key=tenant.write, json_body={**CALL, "duration_seconds": 95})

    with overtaken(monkeypatch, Pipeline().run):
        assert patch(tenant, call_id, {"urgency": "low"}).status == 200

    found = detail(tenant, call_id)
    assert (found["classification"]["intent"], found["classification"]["urgency"]) == ("water", "low")
    assert len(found["classification_runs"]) == 2


def test_a_call_that_cannot_be_classified_is_a_conflict(tenant: Tenant) -> None:
    call_id = ingested(tenant, direction="outbound")

    response = patch(tenant, call_id, QUALIFIED)

    assert (response.status, response.error) == (409, "conflict")


def test_an_if_match_of_another_version_is_412(tenant: Tenant) -> None:
    call_id = ingested(tenant)

    response = patch(tenant, call_id, QUALIFIED, **{"If-Match": '"1"'})

    assert (response.status, response.error) == (412, "precondition_failed")
    assert detail(tenant, call_id)["correction"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"note": "only"}, ""),
        ({"intent": None}, "/intent"),
        ({"urgency": None}, "/urgency"),
        ({"intent": "flood"}, "/intent"),
        ({"urgency": "extreme"}, "/urgency"),
        ({"qualified": "true"}, "/qualified"),
        ({"qualified": 1}, "/qualified"),
        ({"note": "x" * 2001, "intent": "mold"}, "/note"),
        ({"note": "a\x00b", "intent": "mold"}, "/note"),
        ({"correction": {}}, "/correction"),
        ({"correction": None, "intent": "mold"}, ""),
        ({"safety": "yes"}, "/safety"),
    ],
)
def test_an_invalid_correction_is_422(tenant: Tenant, body: dict[str, Any], pointer: str) -> None:
    call_id = ingested(tenant)

    response = patch(tenant, call_id, body)

    assert (response.status, response.error) == (422, "validation_error"), response.text
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_a_correction_takes_four_round_trips(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = ingested(tenant)

    with watched_calls(monkeypatch) as calls:
        patch(tenant, call_id, QUALIFIED)

    assert calls.made == ["UpdateItem", "TransactGetItems", "GetItem", "TransactWriteItems"], (
        "and the settings"
    )
