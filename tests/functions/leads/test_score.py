"""POST /v1/leads/{lead_id}/score, and the score that every change of a lead updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _lead(tenant: Tenant, **fields: object) -> dict[str, object]:
    body = {"email": "a@example.com", **fields}
    lead: dict[str, object] = call("POST", "/v1/leads", key=tenant.write, json_body=body).json
    return lead


def test_a_new_lead_has_a_score_with_its_contributions(tenant: Tenant) -> None:
    response = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    assert 0 <= response["score"] <= 100
    assert sum(part["points"] for part in response["score_contributions"]) == response["score"]
    assert all(part["reason"] for part in response["score_contributions"])
    assert response["scorer"]


def test_a_relevant_change_changes_the_score(tenant: Tenant) -> None:
    before = _lead(tenant)

    body = {
        "notes": "Water is coming through the ceiling right now, I own the house",
        "phones": ["4155550123"],
    }
    after = call("PATCH", f"/v1/leads/{before['id']}", key=tenant.write, json_body=body).json

    assert after["score"] > before["score"]
    assert sum(part["points"] for part in after["score_contributions"]) == after["score"]


def test_a_transition_updates_the_score(tenant: Tenant) -> None:
    before = _lead(tenant, phones=["4155550123"], loss_type="water")

    body = {"to": "disqualified"}
    after = call("POST", f"/v1/leads/{before['id']}/transitions", key=tenant.write, json_body=body).json

    assert after["score"] < before["score"]


def test_scoring_again_creates_a_version_and_a_history_entry(tenant: Tenant) -> None:
    lead = _lead(tenant)

    response = call("POST", f"/v1/leads/{lead['id']}/score", key=tenant.write)

    assert (response.status, response.json["lead_id"], response.json["version"]) == (200, lead["id"], 2)
    assert (
        response.json["score"]
        == lead["score"]
        == sum(part["points"] for part in response.json["contributions"])
    )
    entries = call("GET", f"/v1/leads/{lead['id']}/history", key=tenant.read).json["data"]
    assert [(entry["type"], entry["from"], entry["to"]) for entry in entries] == [
        ("score", lead["score"], lead["score"]),
        ("score", None, lead["score"]),
    ]
    assert (
        call("GET", f"/v1/leads/{lead['id']}", key=tenant.read).json["scored_at"]
        == response.json["scored_at"]
    )


def test_scoring_uses_settings_that_were_just_changed(clock: Clock, tenant: Tenant) -> None:
    address = {"line1": "1 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    lead = _lead(tenant, address=address)
    area = {"postal_codes": ["10001"]}
    body = {"settings": {"service_area": area}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    response = call("POST", f"/v1/leads/{lead['id']}/score", key=tenant.write)

    assert "area" in [part["feature"] for part in response.json["contributions"]]
    assert int(response.json["score"]) < int(str(lead["score"]))


def test_the_audit_log_records_the_value_of_the_score(tenant: Tenant) -> None:
    lead = _lead(tenant)
    body = {"notes": "Our basement is flooding right now"}
    changed = call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.write, json_body=body).json

    path = f"/v1/audit-log?resource_type=lead&resource_id={lead['id']}"
    newest = call("GET", path, key=tenant.read).json["data"][0]
    (score,) = [change for change in newest["changes"] if change["field"] == "score"]
    assert (score["from"], score["to"]) == (lead["score"], changed["score"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("min_score=0", 3),
        ("min_score=100", 0),
        ("max_score=100", 3),
        ("min_score={hot}", 1),
        ("max_score={cold}", 1),
        ("min_score={cold}&max_score={hot}", 3),
        ("min_score={hot}&status=new", 1),
        ("min_score={hot}&status=lost", 0),
    ],
)
def test_leads_are_found_by_score(tenant: Tenant, query: str, expected: int) -> None:
    cold = _lead(tenant, notes="I want to sell you SEO services for your website")
    _lead(tenant, email="b@example.com", loss_type="mold", notes="Would like an estimate for mold next month")
    hot = _lead(
        tenant,
        email="c@example.com",
        phones=["4155550123"],
        loss_type="water",
        notes="A pipe burst and water is pouring into my kitchen right now, please come",
    )

    query = query.format(hot=hot["score"], cold=cold["score"])
    found = call("GET", f"/v1/leads?{query}", key=tenant.read).json["data"]

    assert len(found) == expected


@pytest.mark.parametrize("query", ["min_score=-1", "max_score=101", "min_score=x", "min_score=1.5"])
def test_an_invalid_score_filter_is_422(tenant: Tenant, query: str) -> None:
    response = call("GET", f"/v1/leads?{query}", key=tenant.read)

    assert (response.status, response.error) == (422, "validation_error")
