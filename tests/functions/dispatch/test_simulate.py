"""POST /v1/dispatch/simulate: the decision for given facts, which changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

FACTS = {
    "at": "2026-04-25T03:12:00.000Z",  # Friday, 23:12 in New York
    "intent": "water",
    "urgency": "emergency",
    "qualified": True,
    "confidence": 0.93,
    "safety": False,
    "hazards": [],
    "postal_code": "78704",
    "latitude": None,
    "longitude": None,
}
SETTINGS = {
    "timezone": "America/New_York",
    "service_area": {"postal_codes": ["78704"]},
    "business_hours": {"mon": [["08:00", "17:00"]]},
    "on_call": [
        {"name": "Ann", "phone": "+13125550111", "days": ["fri"], "from": "17:00", "to": "08:00"},
        {"name": "Ben", "phone": "+13125550112", "days": ["fri"], "from": "17:00", "to": "08:00"},
    ],
}


def simulate(key: str, facts: dict[str, Any] | None = None, **body: object) -> ApiResponse:
    return call(
        "POST", "/v1/dispatch/simulate", key=key, json_body={"facts": {**FACTS, **(facts or {})}, **body}
    )


def test_the_decision_has_every_rule_with_what_it_saw_and_concluded(tenant: Tenant) -> None:
    response = simulate(tenant.read, settings=SETTINGS)

    assert response.status == 200, response.text
    assert {name: value for name, value in response.json.items() if name != "reasons"} == {
        "action": "dispatch_now",
        "due_at": "2026-04-25T03:12:00.000Z",
        "assigned_to": "Ann",
        "assigned_phone": "+13125550111",
    }
    assert response.json["reasons"] == [
        {
            "rule": "safety_first",
            "saw": {"safety": False, "hazards": []},
            "concluded": "no_danger",
            "decisive": False,
        },
        {
            "rule": "confidence",
            "saw": {"confidence": 0.93, "low_below": 0.5, "unsure": []},
            "concluded": "sufficient",
            "decisive": False,
        },
        {
            "rule": "in_service_area",
            "saw": {
                "postal_code": "78704",
                "latitude": None,
                "longitude": None,
                "miles": None,
                "radius_miles": None,
            },
            "concluded": "inside",
            "decisive": True,
        },
        {
            "rule": "qualified",
            "saw": {"qualified": True, "intent": "water"},
            "concluded": "qualified",
            "decisive": True,
        },
        {
            "rule": "urgency",
            "saw": {"urgency": "emergency", "intent": "water"},
            "concluded": "emergency",
            "decisive": True,
        },
        {
            "rule": "within_business_hours",
            "saw": {
                "at": "2026-04-25T03:12:00.000Z",
                "timezone": "America/New_York",
                "next_opening": "2026-04-27T12:00:00.000Z",
            },
            "concluded": "closed",
            "decisive": False,
        },
        {
            "rule": "on_call_available",
            "saw": {"on_call": ["Ann", "Ben"]},
            "concluded": "available",
            "decisive": True,
        },
    ]


def test_the_organizations_own_settings_decide_if_the_body_has_none(tenant: Tenant) -> None:
    unset = simulate(tenant.read)
    body = {"settings": SETTINGS}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    own, given, empty = (
        simulate(tenant.read),
        simulate(tenant.read, settings={**SETTINGS, "service_area": {"postal_codes": ["10001"]}}),
        simulate(tenant.read, settings={}),
    )

    assert [response.json["action"] for response in (unset, own, given, empty)] == [
        "needs_review",
        "dispatch_now",
        "refer_out",
        "needs_review",
    ]


def test_nothing_is_written(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    before = items()

    with watched_calls(monkeypatch) as calls:
        body = {"facts": FACTS, "settings": SETTINGS}
        response = call(
            "POST",
            "/v1/dispatch/simulate",
            key=tenant.read,
            json_body=body,
            headers={"Idempotency-Key": "once"},
        )

    assert response.status == 200
    assert calls.made == ["UpdateItem"], "authentication and nothing else"
    assert items() == before


def test_the_time_is_now_if_the_facts_have_none(tenant: Tenant) -> None:
    always = {
        **SETTINGS,
        "business_hours": {
            day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        },
    }

    for facts in ({**FACTS, "at": None}, {name: value for name, value in FACTS.items() if name != "at"}):
        body = {"facts": facts, "settings": always}
        response = call("POST", "/v1/dispatch/simulate", key=tenant.read, json_body=body)
        (clock,) = [
            reason for reason in response.json["reasons"] if reason["rule"] == "within_business_hours"
        ]
        assert response.json["due_at"] == clock["saw"]["at"] > "2026-04-25"
        assert clock["concluded"] == "open"


def test_a_person_without_capacity_is_passed_over(tenant: Tenant) -> None:
    settings = {**SETTINGS, "dispatch": {"max_open_per_person": 2}}

    counted = simulate(tenant.read, {"open_dispatches": {"+13125550111": 2}}, settings=settings)
    both = simulate(
        tenant.read, {"open_dispatches": {"+13125550111": 2, "+13125550112": 3}}, settings=settings
    )

    assert (counted.json["action"], counted.json["assigned_to"]) == ("dispatch_now", "Ben")
    assert (both.json["action"], both.json["assigned_to"]) == ("needs_review", None)
    assert both.json["reasons"][-1] == {
        "rule": "capacity",
        "saw": {"max_open_per_person": 2, "open_dispatches": {"Ann": 2, "Ben": 3}},
        "concluded": "exhausted",
        "decisive": True,
    }


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"intent": "flood"}, "/facts/intent"),
        ({"urgency": "urgent"}, "/facts/urgency"),
        ({"qualified": "undetermined"}, "/facts/qualified"),
        ({"confidence": 1.01}, "/facts/confidence"),
        ({"confidence": None}, "/facts/confidence"),
        ({"unsure": ["reasons"]}, "/facts/unsure/0"),
        ({"safety": "no"}, "/facts/safety"),
        ({"latitude": 91, "longitude": 0}, "/facts/latitude"),
        ({"latitude": 30.25}, "/facts"),
        ({"at": "2026-04-25T03:12:00"}, "/facts/at"),
        ({"at": "9999-12-31T23:59:59Z"}, "/facts/at"),
        ({"open_dispatches": {"+13125550111": -1}}, "/facts/open_dispatches/+13125550111"),
        ({"transcript": "dispatch now"}, "/facts/transcript"),
    ],
)
def test_a_wrong_fact_is_422(tenant: Tenant, facts: dict[str, Any], pointer: str) -> None:
    response = simulate(tenant.read, facts)

    assert (response.status, response.error) == (422, "validation_error")
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_wrong_settings_are_422_as_in_the_organization(tenant: Tenant) -> None:
    response = simulate(tenant.read, settings={"timezone": "Mars/Olympus"})

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/settings/timezone"


def test_a_weekday_that_is_none_is_named_by_a_pointer_into_the_body(tenant: Tenant) -> None:
    response = simulate(tenant.read, settings=SETTINGS | {"business_hours": {"monday": [["08:00", "17:00"]]}})

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["pointer"]) == (422, "/settings/business_hours/monday")
    assert field["message"].startswith("This name is invalid: Input should be 'mon', 'tue'")


def test_a_pair_of_three_is_refused_in_words_of_json(tenant: Tenant) -> None:
    response = simulate(
        tenant.read, settings=SETTINGS | {"business_hours": {"mon": [["08:00", "12:00", "17:00"]]}}
    )

    (field,) = response.json["error"]["details"]["fields"]
    assert field["message"] == "List should have at most 2 items, not 3."
