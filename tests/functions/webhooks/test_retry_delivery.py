"""POST /v1/webhooks/deliveries/{delivery_id}/retry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline
from tests.support.receiver import Receiver, Response, receiving
from tests.support.webhooks import register, single_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def customer() -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.responses = [Response(503), Response(200)]
        yield receiver


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture
def failing(clock: Clock, tenant: Tenant, customer: Receiver, pipeline: Pipeline) -> dict[str, Any]:
    """A delivery whose first attempt failed. The clock is frozen, so the schedule makes no other."""
    register(tenant, customer.url, ["lead.created"])
    assert call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).status == 201
    pipeline.run()
    return dict(call("GET", f"/v1/webhooks/deliveries/{single_delivery().id}", key=tenant.read).json)


def _retry(tenant: Tenant, delivery: dict[str, Any], key: str | None = None, **headers: str) -> ApiResponse:
    path = f"/v1/webhooks/deliveries/{delivery['id']}/retry"
    return call("POST", path, key=key or tenant.write, headers=headers)


def _triggers() -> list[str]:
    return [attempt.trigger for attempt in single_delivery().attempts]


def test_an_attempt_is_made_at_once(
    tenant: Tenant, failing: dict[str, Any], customer: Receiver, pipeline: Pipeline
) -> None:
    response = _retry(tenant, failing)
    assert response.status == 202
    assert (response.json["id"], response.json["status"]) == (failing["id"], "pending")
    assert response.json["next_attempt_at"] < failing["next_attempt_at"]
    pipeline.run()

    assert [request.headers["webhook-id"] for request in customer.requests] == [failing["event_id"]] * 2
    assert (single_delivery().status, single_delivery().next_attempt_at) == ("succeeded", None)
    assert _triggers() == ["schedule", "manual"]


def test_a_failed_manual_attempt_leaves_the_schedule_unchanged(
    tenant: Tenant, failing: dict[str, Any], customer: Receiver, pipeline: Pipeline
) -> None:
    customer.responses = [Response(503)]
    due = single_delivery().next_attempt_at

    _retry(tenant, failing)
    pipeline.run()

    assert (single_delivery().status, single_delivery().next_attempt_at) == ("pending", due)


def test_a_delivery_that_succeeded_can_be_retried(
    tenant: Tenant, failing: dict[str, Any], customer: Receiver, pipeline: Pipeline
) -> None:
    for _ in range(2):
        _retry(tenant, failing)
        pipeline.run()

    assert len(customer.requests) == 3
    assert single_delivery().status == "succeeded"
    assert _triggers() == ["schedule", "manual", "manual"]


def test_two_requests_with_the_same_idempotency_key_make_one_attempt(
    tenant: Tenant, failing: dict[str, Any], customer: Receiver, pipeline: Pipeline
) -> None:
    first = _retry(tenant, failing, **{"Idempotency-Key": "k"})
    pipeline.run()
    again = _retry(tenant, failing, **{"Idempotency-Key": "k"})
    pipeline.run()

    assert (again.status, again.json) == (202, first.json)
    assert len(customer.requests) == 2


def test_if_match_applies_to_the_delivery(tenant: Tenant, failing: dict[str, Any]) -> None:
    tag = call("GET", f"/v1/webhooks/deliveries/{failing['id']}", key=tenant.read).headers["ETag"]
    assert tag == f'"{failing["version"]}"'

    accepted = _retry(tenant, failing, **{"If-Match": tag})
    late = _retry(tenant, failing, **{"If-Match": tag})

    assert (accepted.status, accepted.headers["ETag"]) == (202, f'"{failing["version"] + 1}"')
    assert (late.status, late.error) == (412, "precondition_failed")


def test_a_disabled_or_deleted_endpoint_is_a_409(tenant: Tenant, failing: dict[str, Any]) -> None:
    path = f"/v1/webhooks/{failing['webhook_id']}"
    call("PATCH", path, key=tenant.admin, json_body={"enabled": False})
    disabled = _retry(tenant, failing)
    call("DELETE", path, key=tenant.admin)
    deleted = _retry(tenant, failing)

    assert (disabled.status, disabled.error) == (409, "conflict")
    assert disabled.json["error"]["details"]["disabled_reason"] == "requested"
    assert (deleted.status, deleted.error) == (409, "conflict")


def test_it_is_audited(tenant: Tenant, failing: dict[str, Any]) -> None:
    _retry(tenant, failing)

    log = call("GET", f"/v1/audit-log?resource_id={failing['id']}", key=tenant.read).json["data"]
    assert [record["action"] for record in log] == ["delivery.retried"]


def test_it_requires_a_write_key_of_the_same_mode(
    tenant: Tenant, stranger: Tenant, failing: dict[str, Any]
) -> None:
    keys = (tenant.read, tenant.test_admin, stranger.admin)

    assert [_retry(tenant, failing, key).status for key in keys] == [403, 404, 404]
