"""PATCH /v1/prospects/{prospect_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def prospect_id(tenant: Tenant) -> str:
    body = {
        "company": "Harbor",
        "email": "a@example.com",
        "phones": ["+14155550100"],
        "contact": {"first_name": "Robin", "title": "Owner"},
        "enrichment": {"employees": 12},
        "notes": "Wet",
    }
    return str(call("POST", "/v1/prospects", key=tenant.write, json_body=body).json["id"])


def _patch(tenant: Tenant, prospect_id: str, body: dict[str, object], **headers: str) -> ApiResponse:
    return call("PATCH", f"/v1/prospects/{prospect_id}", key=tenant.write, json_body=body, headers=headers)


def test_only_fields_in_the_body_change(tenant: Tenant, prospect_id: str) -> None:
    response = _patch(tenant, prospect_id, {"company": "Bay", "notes": None})

    shown = response.json
    assert (response.status, shown["version"], response.headers["ETag"]) == (200, 2, '"2"')
    assert (shown["company"], shown["notes"], shown["email"]) == ("Bay", None, "a@example.com")
    assert (shown["phones"], shown["enrichment"]) == (["+14155550100"], {"employees": 12})


def test_equal_values_change_nothing(tenant: Tenant, prospect_id: str) -> None:
    body: dict[str, object] = {
        "notes": "Wet",
        "contact": {"first_name": "Robin", "title": "Owner", "last_name": None},
    }

    assert _patch(tenant, prospect_id, body).json["version"] == 1
    assert _patch(tenant, prospect_id, {}).json["version"] == 1


def test_null_clears_a_field_and_objects_are_replaced_as_a_whole(tenant: Tenant, prospect_id: str) -> None:
    shown = _patch(tenant, prospect_id, {"contact": {"last_name": "Okafor"}, "phones": None}).json

    assert shown["contact"] == {"first_name": None, "last_name": "Okafor", "title": None}
    assert shown["phones"] == []
    shown = _patch(
        tenant, prospect_id, {"contact": None, "enrichment": None, "metadata": None, "address": None}
    ).json
    assert (shown["contact"], shown["enrichment"], shown["metadata"]) == (None, {}, {})


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"company": None, "email": None}, ""),
        ({"source": None}, "/source"),
        ({"outreach_state": None}, "/outreach_state"),
        ({"outreach_state": "converted"}, "/outreach_state"),
        ({"qualification": {"status": "qualified"}}, "/qualification"),
        ({"lead_id": None}, "/lead_id"),
        ({"enrichment": {"a": [1]}}, "/enrichment/a"),
    ],
)
def test_an_invalid_change_is_422_and_changes_nothing(
    tenant: Tenant, prospect_id: str, body: dict[str, object], pointer: str
) -> None:
    response = _patch(tenant, prospect_id, body)

    assert (response.status, response.error) == (422, "validation_error")
    assert pointer in [field["pointer"] for field in response.json["error"]["details"]["fields"]]
    assert call("GET", f"/v1/prospects/{prospect_id}", key=tenant.read).json["version"] == 1


def test_if_match_guards_the_change(tenant: Tenant, prospect_id: str) -> None:
    assert _patch(tenant, prospect_id, {"company": "A"}, **{"If-Match": '"1"'}).status == 200

    response = _patch(tenant, prospect_id, {"company": "B"}, **{"If-Match": '"1"'})

    assert (response.status, response.error) == (412, "precondition_failed")


def test_a_removed_email_is_released_and_a_new_one_claimed(tenant: Tenant, prospect_id: str) -> None:
    assert _patch(tenant, prospect_id, {"email": "b@example.com"}).status == 200

    freed = call("POST", "/v1/prospects", key=tenant.write, json_body={"email": "a@example.com"})
    stolen = _patch(tenant, freed.json["id"], {"email": "b@example.com", "company": "Thief"})

    assert freed.status == 201
    assert (stolen.status, stolen.json["error"]["details"]["id"]) == (409, prospect_id)
    assert stolen.json["error"]["details"]["matched_on"] == "email"
    assert call("GET", f"/v1/prospects/{freed.json['id']}", key=tenant.read).json["company"] is None
    assert _patch(tenant, prospect_id, {"email": None}).status == 200
    assert _patch(tenant, freed.json["id"], {"email": "b@example.com"}).status == 200


def test_a_change_of_the_outreach_state_is_audited(tenant: Tenant, prospect_id: str) -> None:
    for state in ("enrolled", "contacted", "replied", "meeting", "opted_out", "not_started"):
        assert _patch(tenant, prospect_id, {"outreach_state": state}).json["outreach_state"] == state

    log = call("GET", f"/v1/audit-log?resource_id={prospect_id}&resource_type=prospect", key=tenant.read)
    records = log.json["data"]
    assert [record["action"] for record in records] == ["prospect.updated"] * 6 + ["prospect.created"]
    assert records[0]["changes"] == [{"field": "outreach_state", "from": "opted_out", "to": "not_started"}]


def test_a_converted_prospect_can_change_except_for_its_outreach_state(
    tenant: Tenant, prospect_id: str
) -> None:
    lead_id = call("POST", f"/v1/prospects/{prospect_id}/convert", key=tenant.write).json["lead_id"]

    response = _patch(tenant, prospect_id, {"outreach_state": "meeting"})

    assert (response.status, response.error) == (409, "illegal_transition")
    details = response.json["error"]["details"]
    assert (details["allowed"], details["lead_id"]) == ([], lead_id)
    shown = _patch(tenant, prospect_id, {"notes": "Became a lead"}).json
    assert (shown["notes"], shown["outreach_state"]) == ("Became a lead", "converted")


def test_a_change_cannot_exceed_the_size_limit(tenant: Tenant) -> None:
    body = {"company": "Harbor", "notes": "漢" * 9_000}
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=body).json

    more = {"metadata": {f"k{n}": "漢" * 500 for n in range(20)}}
    response = call("PATCH", f"/v1/prospects/{made['id']}", key=tenant.write, json_body=more)

    assert (response.status, response.error) == (422, "validation_error")
    assert "at most 49152 bytes" in response.json["error"]["message"]
