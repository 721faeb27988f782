"""POST /v1/prospects/{prospect_id}/convert."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import ids
from eal.core.clock import rfc3339
from eal.core.table.item import from_attributes
from tests.functions.prospects.test_create import PROSPECT
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _make(tenant: Tenant, **change: object) -> dict[str, Any]:
    made: dict[str, Any] = call(
        "POST", "/v1/prospects", key=tenant.write, json_body={**PROSPECT, **change}
    ).json
    return made


def _convert(tenant: Tenant, prospect_id: str, body: object = None, **headers: str) -> ApiResponse:
    return call(
        "POST",
        f"/v1/prospects/{prospect_id}/convert",
        key=tenant.write,
        json_body=body,
        headers=headers,
    )


def _lead(tenant: Tenant, lead_id: str) -> dict[str, Any]:
    lead: dict[str, Any] = call("GET", f"/v1/leads/{lead_id}", key=tenant.read).json
    return lead


def _leads_of(tenant: Tenant, prospect: dict[str, Any]) -> list[dict[str, Any]]:
    leads = call("GET", "/v1/leads?source=prospect", key=tenant.read).json["data"]
    return [lead for lead in leads if lead["prospect_id"] == prospect["id"]]


def _actions(tenant: Tenant, resource_type: str, resource_id: str) -> list[str]:
    log = call(
        "GET", f"/v1/audit-log?resource_type={resource_type}&resource_id={resource_id}", key=tenant.read
    )
    return [record["action"] for record in log.json["data"]]


def _events(tenant: Tenant) -> list[tuple[str, dict[str, Any]]]:
    return [
        (str(event["type"]), json.loads(str(event["data"])))
        for event in map(from_attributes, items("EVENT"))
        if event["organization_id"] == tenant.id
    ]


def test_a_conversion_creates_a_lead_and_links_both(tenant: Tenant) -> None:
    prospect = _make(tenant)

    response = _convert(tenant, prospect["id"], {"loss_type": "water", "notes": "Burst pipe"})

    shown = response.json
    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    assert (shown["outreach_state"], shown["version"]) == ("converted", 2)
    lead = _lead(tenant, shown["lead_id"])
    assert lead["prospect_id"] == prospect["id"]
    assert (lead["source"], lead["source_detail"]) == ("prospect", "trade_show")
    assert (lead["status"], lead["loss_type"]) == ("new", "water")
    assert lead["notes"] == "Manages 40 buildings\n\nBurst pipe"
    assert (lead["first_name"], lead["last_name"]) == ("Robin", "Okafor")
    for name in ("company", "email", "phones", "address", "metadata", "assigned_to"):
        assert lead[name] == prospect[name], name
    assert _actions(tenant, "prospect", prospect["id"]) == ["prospect.converted", "prospect.created"]
    assert _actions(tenant, "lead", lead["id"]) == ["lead.created"]
    assert _events(tenant) == [("lead.created", lead)]
    found = call("GET", "/v1/leads?email=robin.okafor@example.com", key=tenant.read).json["data"]
    assert found == [lead]


def test_the_body_is_optional(tenant: Tenant) -> None:
    prospect = _make(tenant, phones=[], address=None, contact=None, notes=None)

    lead = _lead(tenant, _convert(tenant, prospect["id"]).json["lead_id"])

    assert (lead["loss_type"], lead["notes"], lead["first_name"]) == (None, None, None)


def test_a_phone_number_is_a_sufficient_contact(tenant: Tenant) -> None:
    prospect = _make(tenant, email=None)

    lead = _lead(tenant, _convert(tenant, prospect["id"]).json["lead_id"])

    assert (lead["email"], lead["phones"]) == (None, prospect["phones"])


def test_a_prospect_without_email_and_phone_is_422(tenant: Tenant) -> None:
    prospect = _make(tenant, email=None, phones=[])

    response = _convert(tenant, prospect["id"])

    assert (response.status, response.error) == (422, "validation_error")
    assert "'email'" in response.json["error"]["message"]
    assert "'phones'" in response.json["error"]["message"]
    assert call("GET", "/v1/leads", key=tenant.read).json["data"] == []


def test_a_second_conversion_is_a_conflict_with_the_id_of_the_lead(tenant: Tenant) -> None:
    prospect = _make(tenant)
    lead_id = _convert(tenant, prospect["id"]).json["lead_id"]

    response = _convert(tenant, prospect["id"])

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["lead_id"] == lead_id
    assert len(call("GET", "/v1/leads", key=tenant.read).json["data"]) == 1


def test_a_repeated_request_gets_the_first_response(tenant: Tenant) -> None:
    prospect = _make(tenant)
    first = _convert(tenant, prospect["id"], {"notes": "x"}, **{"Idempotency-Key": "c"})

    again = _convert(tenant, prospect["id"], {"notes": "x"}, **{"Idempotency-Key": "c"})

    assert (again.status, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_if_match_refers_to_the_prospect(tenant: Tenant) -> None:
    prospect = _make(tenant)
    lead = {"email": PROSPECT["email"]}
    known = call("POST", "/v1/leads", key=tenant.write, json_body=lead).json
    call("PATCH", f"/v1/leads/{known['id']}", key=tenant.write, json_body={"company": "Bay"})

    assert _convert(tenant, prospect["id"], **{"If-Match": '"2"'}).status == 412
    assert _convert(tenant, prospect["id"], **{"If-Match": '"1"'}).status == 200


@pytest.mark.parametrize("matched", [{"email": PROSPECT["email"]}, {"phones": PROSPECT["phones"]}])
def test_an_existing_lead_with_the_same_contact_is_linked_and_loses_no_value(
    tenant: Tenant, matched: dict[str, object]
) -> None:
    own = {
        "first_name": "Bobbie",
        "company": "Bay",
        "source": "web_form",
        "notes": "Wet floor",
        "metadata": {"list": "own", "page": "home"},
        "assigned_to": "Kim",
    }
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={**own, **matched}).json
    prospect = _make(tenant)

    shown = _convert(tenant, prospect["id"], {"loss_type": "mold"}).json

    assert shown["lead_id"] == lead["id"]
    after = _lead(tenant, lead["id"])
    assert (after["prospect_id"], after["version"]) == (prospect["id"], 2)
    assert (after["first_name"], after["last_name"], after["company"]) == ("Bobbie", None, "Bay")
    assert (after["source"], after["source_detail"], after["assigned_to"]) == ("web_form", None, "Kim")
    assert (after["email"], after["phones"]) == (prospect["email"], prospect["phones"])
    assert (after["address"], after["loss_type"]) == (prospect["address"], "mold")
    assert after["metadata"] == {"list": "own", "page": "home"}
    assert after["notes"].split("\n\n") == [
        "Wet floor",
        "Manages 40 buildings",
        "Also given: first_name: Robin",
        "Also given: last_name: Okafor",
        "Also given: company: Harbor Property Management",
        "Also given: source_detail: trade_show",
        "Also given: assigned_to: Sam",
        "Also given: metadata.list: spring",
    ]
    assert _actions(tenant, "lead", lead["id"]) == ["lead.updated", "lead.created"]
    assert sorted(kind for kind, _ in _events(tenant)) == ["lead.created", "lead.updated"]


def test_an_existing_lead_keeps_the_link_to_its_first_prospect(tenant: Tenant) -> None:
    first = _make(tenant)
    lead_id = _convert(tenant, first["id"]).json["lead_id"]
    second = call(
        "POST",
        "/v1/prospects",
        key=tenant.write,
        json_body={"company": "Bay", "phones": PROSPECT["phones"]},
    ).json

    assert _convert(tenant, second["id"]).json["lead_id"] == lead_id
    assert _lead(tenant, lead_id)["prospect_id"] == first["id"]


def test_contacts_of_two_leads_are_a_conflict_with_the_id_of_the_second(tenant: Tenant) -> None:
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": PROSPECT["email"]})
    other = call("POST", "/v1/leads", key=tenant.write, json_body={"phones": PROSPECT["phones"]}).json
    prospect = _make(tenant)

    response = _convert(tenant, prospect["id"])

    assert (response.status, response.error) == (409, "conflict")
    details = response.json["error"]["details"]
    assert (details["id"], details["matched_on"]) == (other["id"], "phones")
    assert call("GET", f"/v1/prospects/{prospect['id']}", key=tenant.read).json == prospect


def test_merged_notes_above_the_limit_are_422_and_convert_nothing(tenant: Tenant) -> None:
    prospect = _make(tenant, notes="a" * 9_000)

    response = _convert(tenant, prospect["id"], {"notes": "b" * 9_000})

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/notes")
    assert call("GET", f"/v1/prospects/{prospect['id']}", key=tenant.read).json == prospect
    assert call("GET", "/v1/leads", key=tenant.read).json["data"] == []


def test_the_lead_of_an_old_prospect_has_the_time_of_the_conversion(clock: Clock, tenant: Tenant) -> None:
    prospect = _make(tenant)
    clock.advance(days=30)
    between = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "other@example.com"}).json
    clock.advance(seconds=1)

    lead = _lead(tenant, _convert(tenant, prospect["id"]).json["lead_id"])

    assert lead["created_at"] == rfc3339(clock.at) == rfc3339(ids.created_at(lead["id"]))
    since = f"created_after={rfc3339(clock.at)}"
    for query in (since, f"{since}&email={lead['email']}", f"{since}&source=prospect", f"{since}&status=new"):
        assert call("GET", f"/v1/leads?{query}", key=tenant.read).json["data"] == [lead], query
    newest_first = call("GET", "/v1/leads", key=tenant.read).json["data"]
    assert [found["id"] for found in newest_first] == [lead["id"], between["id"]]


@pytest.mark.parametrize("contacts", [{}, {"email": None}, {"phones": []}])
def test_only_one_of_two_concurrent_conversions_creates_a_lead(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, contacts: dict[str, object]
) -> None:
    prospect = _make(tenant, **contacts)
    first: list[ApiResponse] = []

    with overtaken(monkeypatch, lambda: first.append(_convert(tenant, prospect["id"]))):
        second = _convert(tenant, prospect["id"])

    assert (first[0].status, second.status) == (200, 409)
    assert second.json["error"]["details"]["lead_id"] == first[0].json["lead_id"]
    assert [lead["id"] for lead in _leads_of(tenant, prospect)] == [first[0].json["lead_id"]]


def test_a_request_after_a_kill_at_any_call_finds_one_lead(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 5):
        prospect = _make(tenant, email=f"k{number}@example.com", phones=[f"+1415555010{number}"])
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            with pytest.raises(Killed):
                _convert(tenant, prospect["id"])

        again = _convert(tenant, prospect["id"])

        assert again.status == (409 if number == 4 else 200), number
        shown = call("GET", f"/v1/prospects/{prospect['id']}", key=tenant.read).json
        assert [lead["id"] for lead in _leads_of(tenant, prospect)] == [shown["lead_id"]]
        assert _actions(tenant, "prospect", prospect["id"]) == ["prospect.converted", "prospect.created"]
        assert _actions(tenant, "lead", shown["lead_id"]) == ["lead.created"]


@pytest.mark.parametrize("body", [{"loss_type": "earthquake"}, {"notes": "x" * 10_001}, {"status": "won"}])
def test_an_invalid_field_is_422(tenant: Tenant, body: dict[str, object]) -> None:
    prospect = _make(tenant)

    assert _convert(tenant, prospect["id"], body).status == 422
