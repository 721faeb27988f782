"""POST /v1/prospects/qualify. tests/eal/ai tests the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from eal.ai.engines.embedded import prospects as rules
from eal.domain.organization_settings import store as organization_settings
from tests.functions.prospects.test_create import PROSPECT
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _make(tenant: Tenant, number: int = 0, **change: object) -> dict[str, Any]:
    body = {**PROSPECT, "email": f"p{number}@example.com", **change}
    made: dict[str, Any] = call("POST", "/v1/prospects", key=tenant.write, json_body=body).json
    return made


def _qualify(tenant: Tenant, *prospect_ids: str, **headers: str) -> ApiResponse:
    return call(
        "POST",
        "/v1/prospects/qualify",
        key=tenant.write,
        json_body={"prospect_ids": list(prospect_ids)},
        headers=headers,
    )


def _get(tenant: Tenant, prospect_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = call("GET", f"/v1/prospects/{prospect_id}", key=tenant.read).json
    return shown


def test_a_qualification_is_stored_with_its_provenance(tenant: Tenant) -> None:
    made = _make(tenant)

    response = _qualify(tenant, made["id"])

    assert (response.status, response.json["next_cursor"]) == (200, None)
    (shown,) = response.json["data"]
    assert shown == _get(tenant, made["id"])
    qualification = shown["qualification"]
    assert (shown["version"], qualification["qualified_at"]) == (2, shown["updated_at"])
    assert qualification["status"] in ("qualified", "disqualified", "undetermined")
    assert 0 <= qualification["confidence"] <= 1
    assert qualification["reasons"]
    provenance = qualification["provenance"]
    assert (provenance["engine"], provenance["model"]) == (rules.ENGINE, rules.VERSION)
    assert re.fullmatch("[0-9a-f]{64}", provenance["input_sha256"])
    assert (provenance["tokens"], provenance["cost_microusd"], provenance["fallback"]) == (0, 0, False)
    assert provenance["prompt_version"] is None


def test_prospects_are_returned_in_the_requested_order_and_audited_individually(tenant: Tenant) -> None:
    ids = [_make(tenant, number)["id"] for number in range(30)]
    requested = [*ids[::2], *ids[1::2]]

    response = _qualify(tenant, *requested)

    assert (response.status, [prospect["id"] for prospect in response.json["data"]]) == (200, requested)
    log = call("GET", "/v1/audit-log?action=prospect.qualified&limit=200", key=tenant.read).json["data"]
    assert sorted(record["resource"]["id"] for record in log) == sorted(ids)
    found = call("GET", "/v1/prospects?qualification=pending", key=tenant.read).json["data"]
    assert found == []


def test_the_audit_log_has_the_qualification_without_personal_values(tenant: Tenant) -> None:
    made = _make(tenant)
    (shown,) = _qualify(tenant, made["id"]).json["data"]

    log = call("GET", "/v1/audit-log?action=prospect.qualified", key=tenant.read)

    changes = {change["field"]: change["to"] for change in log.json["data"][0]["changes"]}
    qualification = shown["qualification"]
    assert changes["qualification"] == qualification["status"]
    assert (changes["confidence"], changes["reasons"]) == (
        qualification["confidence"],
        qualification["reasons"],
    )
    assert (changes["engine"], changes["model"]) == (rules.ENGINE, rules.VERSION)
    assert changes["input_sha256"].startswith("hmac-sha256:")
    assert re.fullmatch("[0-9a-f]{64}", changes["output_sha256"])
    assert qualification["provenance"]["input_sha256"] not in log.text
    assert "example.com" not in log.text


def test_a_prospect_is_qualified_again_only_if_its_facts_changed(tenant: Tenant) -> None:
    made = _make(tenant)
    first = _qualify(tenant, made["id"]).json["data"][0]

    assert _qualify(tenant, made["id"]).json["data"] == [first]
    call("PATCH", f"/v1/prospects/{made['id']}", key=tenant.write, json_body={"notes": "Sold its buildings"})
    (again,) = _qualify(tenant, made["id"]).json["data"]

    assert again["version"] == 4
    hashes = [prospect["qualification"]["provenance"]["input_sha256"] for prospect in (first, again)]
    assert hashes[0] != hashes[1]


def test_the_service_area_is_one_of_the_facts(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    area = {"postal_codes": ["94607", "02101"]}
    seen: list[bool | None] = []
    judge = rules.qualify_prospect

    def watched(facts: rules.ProspectFacts) -> rules.ProspectJudgement:
        seen.append(facts.in_service_area)
        return judge(facts)

    monkeypatch.setattr(rules, "qualify_prospect", watched)
    monkeypatch.setattr(organization_settings, "recent_service_area", lambda _organization, _now: area)
    places: list[dict[str, object]] = [
        {},
        {"address": {**PROSPECT["address"], "postal_code": "10001"}},  # type: ignore[dict-item]
        {"address": None},
        {"address": None, "enrichment": {"postal_code": "94607-1234"}},
        {"address": None, "enrichment": {"postal_code": 2101}},
        {"address": None, "enrichment": {"postal_code": True}},
        {"address": None, "enrichment": {"postal_code": ""}},
    ]
    _qualify(tenant, *[_make(tenant, number, **place)["id"] for number, place in enumerate(places)])

    assert seen == [True, False, None, True, True, None, None]


def test_an_unknown_prospect_is_named_and_nothing_changes(tenant: Tenant, stranger: Tenant) -> None:
    made, theirs = _make(tenant), _make(stranger)
    erased = _make(tenant, 1)
    call("DELETE", f"/v1/prospects/{erased['id']}", key=tenant.admin)

    for unknown in ("pros_01kq09bekje6vbq5xe2b60xtww", theirs["id"], erased["id"], "nonsense", "", "a#b"):
        response = _qualify(tenant, made["id"], unknown)
        assert (response.status, response.error) == (404, "not_found"), unknown
        assert response.json["error"]["details"]["id"] == unknown
        assert _get(tenant, made["id"]) == made


@pytest.mark.parametrize(
    "ids",
    [
        [],
        ["pros_01kq09bekje6vbq5xe2b60xtww"] * 2,
        [f"pros_{n}" for n in range(31)],
        ["x" * 101],
        [1],
        "x",
        None,
    ],
)
def test_an_invalid_list_is_422(tenant: Tenant, ids: object) -> None:
    response = call("POST", "/v1/prospects/qualify", key=tenant.write, json_body={"prospect_ids": ids})

    assert (response.status, response.error) == (422, "validation_error")


def test_a_converted_prospect_can_be_qualified_too(tenant: Tenant) -> None:
    made = _make(tenant)
    call("POST", f"/v1/prospects/{made['id']}/convert", key=tenant.write)

    (shown,) = _qualify(tenant, made["id"]).json["data"]

    assert shown["qualification"]["status"] != "pending"
    assert (shown["outreach_state"], shown["version"]) == ("converted", 3)


def test_a_repeated_request_gets_the_first_response(tenant: Tenant) -> None:
    ids = [_make(tenant, number)["id"] for number in range(3)]
    first = _qualify(tenant, *ids, **{"Idempotency-Key": "q"})

    again = _qualify(tenant, *ids, **{"Idempotency-Key": "q"})

    assert (again.status, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_prospects_too_large_for_one_response_can_be_qualified_individually(
    tenant: Tenant,
) -> None:
    """The stored response with thirty of the largest prospects would exceed the limit of an item."""
    largest = {
        "notes": "x" * 10_000,
        "metadata": {f"{n:02}": "x" * 490 for n in range(49)},
        "enrichment": {f"k{n}": "漢" * 320 for n in range(13)},
    }
    ids = [_make(tenant, number, **largest)["id"] for number in range(8)]

    response = _qualify(tenant, *ids, **{"Idempotency-Key": "both"})

    assert (response.status, response.json["error"]["details"]["fields"][0]["type"]) == (422, "too_large")
    assert [_get(tenant, prospect_id)["version"] for prospect_id in ids] == [1] * 8
    for prospect_id in ids[:2]:
        assert _qualify(tenant, prospect_id, **{"Idempotency-Key": prospect_id}).status == 200


def test_a_concurrent_change_is_qualified_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _make(tenant)
    judge = rules.qualify_prospect
    seen: list[str | None] = []

    def changed_meanwhile(facts: rules.ProspectFacts) -> rules.ProspectJudgement:
        if not seen:
            body = {"notes": "Changed meanwhile"}
            call("PATCH", f"/v1/prospects/{made['id']}", key=tenant.write, json_body=body)
        seen.append(facts.notes)
        return judge(facts)

    monkeypatch.setattr(rules, "qualify_prospect", changed_meanwhile)
    (shown,) = _qualify(tenant, made["id"]).json["data"]

    assert seen == [PROSPECT["notes"], "Changed meanwhile"]
    assert (shown["notes"], shown["version"]) == ("Changed meanwhile", 3)


def test_thirty_prospects_need_as_many_round_trips_as_one(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [_make(tenant, number)["id"] for number in range(30)]
    _qualify(tenant, ids[0])

    with watched_calls(monkeypatch) as calls:
        _qualify(tenant, *ids[1:])

    assert calls.made == ["UpdateItem", "TransactGetItems", "TransactWriteItems"]
