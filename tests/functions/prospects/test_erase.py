"""DELETE /v1/prospects/{prospect_id}."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal.core.table.item import from_attributes
from tests.functions.prospects.test_create import PROSPECT
from tests.support.http import call
from tests.support.pipeline import Pipeline, items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_only_a_tombstone_without_personal_data_remains(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json
    path = f"/v1/prospects/{made['id']}"
    (stored,) = map(from_attributes, items("PROSPECT"))
    salt = str(stored["salt"])

    response = call("DELETE", path, key=tenant.admin)
    Pipeline().run()

    assert (response.status, response.text) == (204, "")
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        assert call(method, path, key=tenant.admin, json_body=body).status == 404
    assert call("POST", f"{path}/convert", key=tenant.admin).status == 404
    assert call("GET", "/v1/prospects", key=tenant.read).json["data"] == []
    text = json.dumps(items())
    for value in ("Harbor", "Okafor", "robin.okafor", "5550142", "Bay St", "40 buildings", "Sam", salt):
        assert value not in text, value
    (tombstone,) = map(from_attributes, items("PROSPECT_TOMBSTONE"))
    assert set(tombstone) == {"pk", "sk", "kind", "id", "erased_at"}
    assert (tombstone["pk"], tombstone["sk"]) == (f"{tenant.id}#live#PROSPECT_TOMBSTONE", made["id"])


def test_the_audit_log_still_has_its_records(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json
    call("DELETE", f"/v1/prospects/{made['id']}", key=tenant.admin)

    log = call("GET", f"/v1/audit-log?resource_type=prospect&resource_id={made['id']}", key=tenant.read)

    erased, created = log.json["data"]
    assert (erased["action"], created["action"]) == ("prospect.erased", "prospect.created")
    before = {change["field"]: change["from"] for change in erased["changes"]}
    assert before["email"] == {change["field"]: change["to"] for change in created["changes"]}["email"]
    assert all(change["to"] is None for change in erased["changes"])


def test_the_email_can_be_claimed_again(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json
    call("DELETE", f"/v1/prospects/{made['id']}", key=tenant.admin)

    again = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT)

    assert again.status == 201
    assert again.json["id"] != made["id"]


def test_stored_responses_are_not_replayed(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "once"}
    requests: list[tuple[str, str, object]] = [("POST", "/v1/prospects", PROSPECT)]
    made, other = (
        call("POST", "/v1/prospects", key=tenant.write, json_body=body, headers=more).json
        for body, more in ((PROSPECT, headers), ({"company": "Other"}, {}))
    )
    path = f"/v1/prospects/{made['id']}"
    requests += [
        ("POST", "/v1/prospects/qualify", {"prospect_ids": [other["id"], made["id"]]}),
        ("PATCH", path, {"notes": "40 buildings more"}),
        ("POST", f"{path}/convert", {}),
    ]
    for method, where, body in requests[1:]:
        assert call(method, where, key=tenant.write, json_body=body, headers=headers).status == 200

    call("DELETE", path, key=tenant.admin)
    Pipeline().run()

    for method, where, body in requests:
        response = call(method, where, key=tenant.write, json_body=body, headers=headers)
        assert (response.status, response.error) == (404, "not_found"), where
    assert "Harbor" not in json.dumps(items("IDEMPOTENCY"))
    assert call("GET", "/v1/prospects", key=tenant.read).json["data"][0]["id"] == other["id"]


def test_if_match_guards_the_erasure(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json

    response = call("DELETE", f"/v1/prospects/{made['id']}", key=tenant.admin, headers={"If-Match": '"2"'})

    assert (response.status, response.error) == (412, "precondition_failed")
    assert call("GET", f"/v1/prospects/{made['id']}", key=tenant.read).status == 200


def test_the_lead_of_the_prospect_keeps_its_data(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json
    lead_id = call("POST", f"/v1/prospects/{made['id']}/convert", key=tenant.write).json["lead_id"]

    call("DELETE", f"/v1/prospects/{made['id']}", key=tenant.admin)

    lead = call("GET", f"/v1/leads/{lead_id}", key=tenant.read).json
    assert (lead["email"], lead["prospect_id"]) == ("robin.okafor@example.com", made["id"])


def test_another_tenant_cannot_erase_it(tenant: Tenant, stranger: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json

    assert call("DELETE", f"/v1/prospects/{made['id']}", key=stranger.admin).status == 404
    assert call("GET", f"/v1/prospects/{made['id']}", key=tenant.read).json == made
