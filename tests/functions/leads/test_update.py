"""PATCH /v1/leads/{lead_id}."""

import pytest

from tests.support.http import ApiResponse, call
from tests.support.tenants import Tenant


@pytest.fixture
def lead_id(tenant: Tenant) -> str:
    body = {"email": "a@example.com", "phones": ["+14155550100", "+14155550101"], "notes": "Wet"}
    return str(call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"])


def _patch(tenant: Tenant, lead_id: str, body: dict[str, object], **headers: str) -> ApiResponse:
    return call("PATCH", f"/v1/leads/{lead_id}", key=tenant.write, json_body=body, headers=headers)


def test_only_fields_in_the_body_change(tenant: Tenant, lead_id: str) -> None:
    response = _patch(tenant, lead_id, {"first_name": "Ann", "notes": None})

    lead = response.json
    assert (response.status, lead["version"], response.headers["ETag"]) == (200, 2, '"2"')
    assert (lead["first_name"], lead["notes"], lead["email"]) == ("Ann", None, "a@example.com")


def test_equal_values_change_nothing(tenant: Tenant, lead_id: str) -> None:
    assert _patch(tenant, lead_id, {"notes": "Wet"}).json["version"] == 1


def test_if_match_guards_the_change(tenant: Tenant, lead_id: str) -> None:
    assert _patch(tenant, lead_id, {"company": "A"}, **{"If-Match": '"1"'}).status == 200

    response = _patch(tenant, lead_id, {"company": "B"}, **{"If-Match": '"1"'})

    assert (response.status, response.error) == (412, "precondition_failed")
    assert _patch(tenant, lead_id, {"company": "B"}, **{"If-Match": "nonsense"}).status == 400


def test_a_replayed_change_succeeds_although_its_precondition_no_longer_holds(
    tenant: Tenant, lead_id: str
) -> None:
    headers = {"If-Match": '"1"', "Idempotency-Key": "k"}
    first = _patch(tenant, lead_id, {"company": "A"}, **headers)

    again = _patch(tenant, lead_id, {"company": "A"}, **headers)

    assert (again.status, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_removed_contacts_are_released_and_new_ones_claimed(tenant: Tenant, lead_id: str) -> None:
    assert _patch(tenant, lead_id, {"phones": ["+14155550101", "+14155550199"]}).status == 200

    freed = call("POST", "/v1/leads", key=tenant.write, json_body={"phones": ["+14155550100"]})
    taken = call("POST", "/v1/leads", key=tenant.write, json_body={"phones": ["+14155550199"]})

    assert (freed.status, taken.status) == (201, 409)
    stolen = _patch(tenant, freed.json["id"], {"email": "a@example.com"})
    assert (stolen.status, stolen.json["error"]["details"]["id"]) == (409, lead_id)


def test_additional_emails_are_contacts_too(tenant: Tenant, lead_id: str) -> None:
    others = ["B@example.com", "a@example.com", "c@example.com", "b@example.com"]

    lead = _patch(tenant, lead_id, {"additional_emails": others}).json

    assert (lead["email"], lead["additional_emails"]) == ("a@example.com", ["b@example.com", "c@example.com"])
    taken = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "c@example.com"})
    assert taken.json["error"]["details"]["id"] == lead_id
    lead = _patch(tenant, lead_id, {"email": "c@example.com"}).json
    assert (lead["email"], lead["additional_emails"]) == ("c@example.com", ["b@example.com"])
    freed = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"})
    assert freed.status == 201
    assert _patch(tenant, lead_id, {"additional_emails": None}).json["additional_emails"] == []
    assert _patch(tenant, lead_id, {"additional_emails": ["a@example.com"]}).status == 409
    many = [f"x{n}@example.com" for n in range(11)]
    assert _patch(tenant, lead_id, {"additional_emails": many}).status == 422
    assert _patch(tenant, lead_id, {"email": None, "phones": []}).status == 422


def test_the_last_contact_cannot_be_removed(tenant: Tenant, lead_id: str) -> None:
    assert _patch(tenant, lead_id, {"phones": [], "email": None}).status == 422


def test_personal_values_are_commitments_in_the_audit_log(tenant: Tenant, lead_id: str) -> None:
    _patch(tenant, lead_id, {"email": "new@example.com", "loss_type": "fire"})

    log = call("GET", f"/v1/audit-log?resource_type=lead&resource_id={lead_id}", key=tenant.read)

    assert "example.com" not in log.text
    assert "+1415" not in log.text
    assert [record["action"] for record in log.json["data"]] == ["lead.updated", "lead.created"]
    changes = {change["field"]: change for change in log.json["data"][0]["changes"]}
    assert changes["loss_type"] == {"field": "loss_type", "from": None, "to": "fire"}
    assert changes["email"]["from"].startswith("hmac-sha256:")
    assert changes["email"]["from"] != changes["email"]["to"]
