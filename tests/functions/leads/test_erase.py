"""DELETE /v1/leads/{lead_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.pipeline import Pipeline, items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PERSON = {
    "first_name": "Zebulon",
    "last_name": "Quackenbush",
    "company": "Quackenbush Holdings",
    "email": "zeb@quackenbush.example.com",
    "phones": ["+14155550188"],
    "address": {"line1": "77 Zanzibar Rd", "city": "Oakland", "state": "CA", "postal_code": "94601"},
    "notes": "Zanzibar basement is wet",
    "metadata": {"nick": "Zebby"},
    "attribution": {"landing_page": "https://example.com/?who=zebulon"},
    "assigned_to": "zora",
}
PERSONAL = ("ebulon", "uackenbush", "5550188", "anzibar", "Zebby", "zora")


KEYED = {"Idempotency-Key": "once"}


def _erased(tenant: Tenant) -> str:
    lead_id = str(call("POST", "/v1/leads", key=tenant.write, json_body=PERSON, headers=KEYED).json["id"])
    reason = {"to": "lost", "reason": "Zebulon went elsewhere"}
    path = f"/v1/leads/{lead_id}/transitions"
    assert call("POST", path, key=tenant.write, json_body=reason, headers=KEYED).status == 200
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204
    return lead_id


def test_no_personal_data_is_left_in_the_table(tenant: Tenant) -> None:
    Pipeline().run()
    lead_id = _erased(tenant)
    Pipeline().run()

    left = items()
    text = json.dumps(left)
    assert lead_id in text
    assert [word for word in PERSONAL if word in text] == []
    assert {item["kind"]["S"] for item in left if item.get("id", {}).get("S") == lead_id} == {
        "LEAD_TOMBSTONE"
    }
    assert not [item for item in left if item["kind"]["S"] in ("LEAD", "LEAD_CONTACT", "LEAD_HISTORY")]


def test_a_repeated_request_returns_no_data_and_creates_nothing(tenant: Tenant) -> None:
    lead_id = _erased(tenant)
    Pipeline().run()

    again = call("POST", "/v1/leads", key=tenant.write, json_body=PERSON, headers=KEYED)
    other = call("POST", "/v1/leads", key=tenant.write, json_body={**PERSON, "notes": "x"}, headers=KEYED)

    for response in (again, other):
        assert (response.status, response.error) == (404, "not_found")
        assert response.json["error"]["details"]["id"] == lead_id
    assert items("LEAD") == []
    assert items("RESPONSE") == []


def test_a_stored_response_to_a_request_without_effect_is_emptied_too(tenant: Tenant) -> None:
    call("POST", "/v1/leads", key=tenant.write, json_body=PERSON)
    path = "/v1/leads?on_duplicate=return"
    found = call("POST", path, key=tenant.write, json_body=PERSON, headers=KEYED)
    assert found.status == 200

    call("DELETE", f"/v1/leads/{found.json['id']}", key=tenant.admin)
    Pipeline().run()

    assert [word for word in PERSONAL if word in json.dumps(items())] == []
    assert call("POST", path, key=tenant.write, json_body=PERSON, headers=KEYED).status == 404


def test_an_idempotency_key_reused_after_a_day_keeps_its_newer_response(clock: Clock, tenant: Tenant) -> None:
    first = call("POST", "/v1/leads", key=tenant.write, json_body=PERSON, headers=KEYED).json
    clock.advance(days=1, seconds=1)
    body = {"email": "other@example.com"}
    other = call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=KEYED)

    call("DELETE", f"/v1/leads/{first['id']}", key=tenant.admin)
    Pipeline().run()

    again = call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=KEYED)
    assert (again.status, again.json) == (201, other.json)


def test_the_salt_is_deleted_and_the_hash_chain_stays_valid(tenant: Tenant) -> None:
    lead_id = str(call("POST", "/v1/leads", key=tenant.write, json_body=PERSON).json["id"])
    (stored,) = items("LEAD")
    call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin)
    Pipeline().run()

    assert stored["salt"]["S"] not in json.dumps(items())
    path = f"/v1/audit-log?resource_type=lead&resource_id={lead_id}"
    records = call("GET", path, key=tenant.read).json["data"]
    assert [record["action"] for record in records] == ["lead.erased", "lead.created"]
    committed = {change["field"]: change["from"] for change in records[0]["changes"]}
    assert committed["email"].startswith("hmac-sha256:")
    assert committed["status"] == "new"


def test_an_erased_lead_is_found_by_no_request(tenant: Tenant) -> None:
    lead_id = _erased(tenant)

    for method, path in (
        ("GET", ""),
        ("GET", "/history"),
        ("PATCH", ""),
        ("POST", "/transitions"),
        ("POST", "/score"),
        ("DELETE", ""),
    ):
        body = (
            {"to": "contacted"} if path == "/transitions" else {"company": "x"} if method == "PATCH" else None
        )
        response = call(method, f"/v1/leads/{lead_id}{path}", key=tenant.admin, json_body=body)
        assert (response.status, response.error) == (404, "not_found"), (method, path)
    for query in ("", f"?email={PERSON['email']}", "?status=lost"):
        assert call("GET", f"/v1/leads{query}", key=tenant.read).json["data"] == []


def test_the_contacts_can_be_claimed_by_another_lead(tenant: Tenant) -> None:
    lead_id = _erased(tenant)

    response = call("POST", "/v1/leads", key=tenant.write, json_body=PERSON)

    assert (response.status, response.json["id"] == lead_id) == (201, False)


def test_the_event_contains_no_personal_value(tenant: Tenant) -> None:
    lead_id = _erased(tenant)

    (event,) = [item for item in items("EVENT") if item["type"]["S"] == "lead.erased"]
    data = json.loads(event["data"]["S"])
    assert (data["id"], data["status"], data["source"]) == (lead_id, "lost", "api")
    assert (data["email"], data["phones"], data["address"], data["metadata"]) == (None, [], None, {})


def test_a_write_key_and_another_tenant_cannot_erase(tenant: Tenant, stranger: Tenant) -> None:
    lead_id = str(call("POST", "/v1/leads", key=tenant.write, json_body=PERSON).json["id"])

    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.write).status == 403
    assert call("DELETE", f"/v1/leads/{lead_id}", key=stranger.admin).status == 404
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.test_admin).status == 404
    stale = call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin, headers={"If-Match": '"9"'})
    assert (stale.status, stale.error) == (412, "precondition_failed")
    assert call("GET", f"/v1/leads/{lead_id}", key=tenant.read).status == 200
