"""GET /v1/audit-log."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from tests.support.http import call
from tests.support.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def lead_id(tenant: Tenant) -> str:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.admin, json_body={"loss_type": "fire"})
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "b@example.com"})
    return str(lead["id"])


def _list(tenant: Tenant, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", f"/v1/audit-log?{query}", key=tenant.read).json["data"]
    return found


def _actions(tenant: Tenant, query: str) -> list[str]:
    return [record["action"] for record in _list(tenant, query)]


def test_every_filter_and_their_combinations(tenant: Tenant, lead_id: str) -> None:
    assert _actions(tenant, f"resource_type=lead&resource_id={lead_id}") == ["lead.updated", "lead.created"]
    assert _actions(tenant, f"resource_id={lead_id}&order=asc") == ["lead.created", "lead.updated"]
    assert _actions(tenant, "resource_type=lead") == ["lead.created", "lead.updated", "lead.created"]
    assert _actions(tenant, f"actor_id={tenant.admin_id}") == ["lead.updated"]
    assert _actions(tenant, "source=api&action=lead.created") == ["lead.created"] * 2
    assert _actions(tenant, f"actor_id={tenant.admin_id}&action=lead.created") == []
    assert _actions(tenant, "source=webhook") == []
    unfiltered = _list(tenant, "order=asc")
    request_id = unfiltered[-1]["request_id"]
    assert {record["request_id"] for record in _list(tenant, f"request_id={request_id}")} == {request_id}
    assert _actions(tenant, "request_id=another") == []
    start = unfiltered[-1]["created_at"]
    assert _list(tenant, f"created_after={start}&order=asc")[-1] == unfiltered[-1]
    assert unfiltered[-1] not in _list(tenant, f"created_before={start}")


def test_a_page_that_an_index_serves_reads_no_more_than_it_returns(
    tenant: Tenant, lead_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, limits = aws.dynamodb().query, list[int]()

    def spied(**request: Any) -> Any:
        limits.append(request["Limit"])
        return query(**request)

    monkeypatch.setattr(aws.dynamodb(), "query", spied)
    for served in ("", f"&resource_type=lead&resource_id={lead_id}", f"&actor_id={tenant.admin_id}"):
        _list(tenant, f"limit=2{served}")
    assert limits == [3, 3, 3]

    _list(tenant, f"limit=2&resource_type=lead&resource_id={lead_id}&actor_id={tenant.admin_id}")
    assert limits[3:] == [6]  # at first twice what it shows and one more; then what was looked at, doubled


def test_a_record_has_actor_source_resource_changes_and_request(tenant: Tenant) -> None:
    response = call(
        "POST", "/v1/leads", key=tenant.admin, json_body={"email": "a@example.com"}, ip="203.0.113.9"
    )

    record = _list(tenant, "action=lead.created")[0]

    assert record["actor"] == {"type": "api_key", "id": tenant.admin_id, "ip": "203.0.113.9"}
    assert record["source"] == "api"
    assert record["request_id"] == response.headers["X-Request-Id"]
    assert record["resource"] == {"type": "lead", "id": response.json["id"]}
    assert {"field": "status", "from": None, "to": "new"} in record["changes"]


def test_records_are_numbered_and_chained_by_the_relay(tenant: Tenant, lead_id: str) -> None:
    assert _list(tenant, f"resource_id={lead_id}")[0]["seq"] is None

    Pipeline().run()

    records = _list(tenant, "order=asc")
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert all(later["previous_hash"] == earlier["hash"] for earlier, later in itertools.pairwise(records))


def test_records_of_another_tenant_or_mode_are_not_listed(
    tenant: Tenant, stranger: Tenant, lead_id: str
) -> None:
    assert _list(stranger, f"resource_id={lead_id}") == []
    assert _list(stranger, f"resource_type=lead&resource_id={lead_id}") == []
    assert call("GET", "/v1/audit-log", key=tenant.test_admin).json["data"] == []


def test_a_rejected_request_is_not_audited(tenant: Tenant, lead_id: str) -> None:
    before = len(_list(tenant, "limit=200"))

    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"})
    call("PATCH", f"/v1/leads/{lead_id}", key=tenant.write, json_body={}, headers={"If-Match": '"1"'})
    call("POST", f"/v1/leads/{lead_id}/transitions", key=tenant.write, json_body={"to": "won"})

    assert len(_list(tenant, "limit=200")) == before
