"""POST /v1/webhooks/{webhook_id}/replay. What it comes to: tests/functions/workers/test_replay_deliveries.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import rfc3339
from eal.domain.webhooks.deliveries import replay
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items
from tests.support.receiver import Receiver, Response
from tests.support.webhooks import deliveries, register

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

SINCE = "2026-04-24T00:00:00Z"


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture
def webhook(clock: Clock, tenant: Tenant, receiver: Receiver) -> dict[str, Any]:
    return register(tenant, receiver.url, ["lead.created", "lead.updated"])


def _new_lead(tenant: Tenant) -> None:
    body = {"email": f"person{len(items('LEAD'))}@example.com"}
    assert call("POST", "/v1/leads", key=tenant.write, json_body=body).status == 201


def _replay(tenant: Tenant, webhook: dict[str, Any], **body: object) -> ApiResponse:
    path = f"/v1/webhooks/{webhook['id']}/replay"
    return call("POST", path, key=tenant.write, json_body={"since": SINCE, **body})


def test_a_worker_carries_out_an_accepted_replay(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, pipeline: Pipeline
) -> None:
    _new_lead(tenant)
    pipeline.run()
    clock.advance(minutes=1)

    response = _replay(tenant, webhook, types=["lead.created"])
    pipeline.run()

    assert response.status == 202
    assert response.json == {
        "id": response.json["id"],
        "webhook_id": webhook["id"],
        "since": "2026-04-24T00:00:00.000Z",
        "until": rfc3339(clock.now()),
        "types": ["lead.created"],
        "only": None,
        "dry_run": False,
        "count": None,
        "counts_all": None,
    }
    assert response.json["id"].startswith("rpl_")
    first, second = receiver.requests
    assert first.body == second.body
    assert [delivery.trigger for delivery in deliveries()[0].attempts] == ["schedule", "replay"]


@pytest.mark.parametrize(
    ("only", "count"), [(None, 3), ("failed", 1), ("missing", 1)], ids=["all", "failed", "missing"]
)
def test_a_dry_run_counts_and_sends_nothing(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    pipeline: Pipeline,
    only: str | None,
    count: int,
) -> None:
    receiver.responses = [Response(410), Response(200)]
    _new_lead(tenant)
    pipeline.run()  # failed, and disabled for it
    _new_lead(tenant)
    pipeline.run()  # skipped
    call("PATCH", f"/v1/webhooks/{webhook['id']}", key=tenant.admin, json_body={"enabled": True})
    _new_lead(tenant)
    pipeline.run()  # succeeded
    clock.advance(minutes=1)
    request = len(receiver.requests)

    response = _replay(tenant, webhook, only=only, dry_run=True)
    pipeline.run()

    assert response.status == 200
    assert (response.json["count"], response.json["counts_all"], response.json["id"]) == (count, True, None)
    assert len(receiver.requests) == request
    assert items("TASK") == []


def test_a_dry_run_reports_an_incomplete_count(
    clock: Clock,
    tenant: Tenant,
    webhook: dict[str, Any],
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay, "MAX_EVENTS_COUNTED", 2)
    for _ in range(2):
        _new_lead(tenant)
    pipeline.run()
    clock.advance(minutes=1)
    assert _replay(tenant, webhook, dry_run=True).json["counts_all"] is True
    _new_lead(tenant)
    pipeline.run()
    clock.advance(minutes=1)

    response = _replay(tenant, webhook, dry_run=True).json

    assert (response["count"], response["counts_all"]) == (2, False)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"since": None}, "/since"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-04-24T18:00:00Z"}, "/since"),
        ({"until": "2026-04-24T00:00:00Z"}, "/since"),
        ({"types": []}, "/types"),
        ({"types": ["lead.created", "lead.exploded"]}, "/types/1"),
        ({"types": ["lead.created", "call.received"]}, "/types/1"),
        ({"only": "succeeded"}, "/only"),
        ({"dry_run": "perhaps"}, "/dry_run"),
    ],
)
def test_an_invalid_field_is_named(
    tenant: Tenant, webhook: dict[str, Any], body: dict[str, object], pointer: str
) -> None:
    for dry_run in ({}, {"dry_run": True}):
        response = _replay(tenant, webhook, **{**dry_run, **body})

        assert (response.status, response.error) == (422, "validation_error")
        assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_a_disabled_endpoint_is_a_409_except_in_a_dry_run(tenant: Tenant, webhook: dict[str, Any]) -> None:
    call("PATCH", f"/v1/webhooks/{webhook['id']}", key=tenant.admin, json_body={"enabled": False})

    rejected = _replay(tenant, webhook)

    assert (rejected.status, rejected.error) == (409, "conflict")
    assert _replay(tenant, webhook, dry_run=True).status == 200


def test_an_endpoint_has_one_replay_at_a_time(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, pipeline: Pipeline
) -> None:
    other = register(tenant, receiver.url)
    first = _replay(tenant, webhook)
    clock.advance(minutes=1)

    rejected = _replay(tenant, webhook)

    assert (first.status, rejected.status, rejected.error) == (202, 409, "conflict")
    details = rejected.json["error"]["details"]
    assert (details["replay_id"], details["requested_at"]) == (first.json["id"], first.json["until"])
    assert _replay(tenant, webhook, dry_run=True).status == 200
    assert _replay(tenant, other).status == 202
    pipeline.run()
    assert _replay(tenant, webhook).status == 202


def test_a_replay_that_never_ends_is_replaced_after_a_day(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any]
) -> None:
    _replay(tenant, webhook)
    statuses = []
    for hours in (23, 1):
        clock.advance(hours=hours)
        statuses.append(_replay(tenant, webhook).status)

    assert statuses == [409, 202]


def test_concurrent_requests_start_one_replay(
    tenant: Tenant, webhook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with overtaken(monkeypatch, lambda: _replay(tenant, webhook)):
        rejected = _replay(tenant, webhook)

    assert rejected.status == 409
    assert len(items("TASK")) == 1


def test_an_endpoint_that_is_disabled_ends_its_replay(
    tenant: Tenant, webhook: dict[str, Any], pipeline: Pipeline
) -> None:
    path = f"/v1/webhooks/{webhook['id']}"
    _replay(tenant, webhook)
    call("PATCH", path, key=tenant.admin, json_body={"enabled": False})
    pipeline.run()
    call("PATCH", path, key=tenant.admin, json_body={"enabled": True})

    assert _replay(tenant, webhook).status == 202


@pytest.mark.parametrize(("dry_run", "status"), [(False, 202), (True, 200)])
def test_if_match_applies_to_the_endpoint(
    tenant: Tenant, webhook: dict[str, Any], dry_run: bool, status: int
) -> None:
    path, body = f"/v1/webhooks/{webhook['id']}/replay", {"since": SINCE, "dry_run": dry_run}

    def request(tag: str) -> ApiResponse:
        return call("POST", path, key=tenant.write, json_body=body, headers={"If-Match": tag})

    rejected = request('"2"')
    assert (rejected.status, rejected.error) == (412, "precondition_failed")
    assert items("TASK") == []
    assert request('"1"').status == status


def test_it_is_audited_once(tenant: Tenant, webhook: dict[str, Any]) -> None:
    _replay(tenant, webhook, only="failed", dry_run=True)
    _replay(tenant, webhook, only="failed")

    log = call("GET", f"/v1/audit-log?resource_id={webhook['id']}", key=tenant.read).json["data"]
    assert [record["action"] for record in log] == ["webhook.replayed", "webhook.created"]
    assert {change["field"] for change in log[0]["changes"]} == {"since", "until", "only"}


def test_it_requires_a_write_key_of_the_same_mode(
    tenant: Tenant, stranger: Tenant, webhook: dict[str, Any]
) -> None:
    path, body = f"/v1/webhooks/{webhook['id']}/replay", {"since": SINCE}
    keys = (tenant.read, tenant.test_admin, stranger.admin)

    assert [call("POST", path, key=key, json_body=body).status for key in keys] == [403, 404, 404]
