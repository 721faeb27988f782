"""GET /v1/webhooks/{webhook_id}/deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from tests.support.http import call
from tests.support.pipeline import items
from tests.support.receiver import Receiver, Response
from tests.support.webhooks import (
    deliver_in_lanes,
    deliveries,
    fan_out,
    publish_lead,
    register,
    watched_queue,
)

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def webhook(tenant: Tenant, receiver: Receiver) -> dict[str, Any]:
    return register(tenant, receiver.url)


def _deliver_one(tenant: Tenant) -> None:
    with watched_queue() as queue:
        fan_out(publish_lead(tenant))
        for sent in queue.take():
            deliver_in_lanes(sent.message, queue)


def _list(tenant: Tenant, webhook: dict[str, Any], query: str = "", key: str | None = None) -> Any:
    return call("GET", f"/v1/webhooks/{webhook['id']}/deliveries?{query}", key=key or tenant.read).json


def test_a_delivery_is_listed_with_its_attempts(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.responses = [Response(503, b"busy")]
    _deliver_one(tenant)

    (delivery,) = _list(tenant, webhook)["data"]

    (attempt,) = delivery["attempts"]
    assert {name: attempt[name] for name in attempt if name not in ("at", "duration_ms")} == {
        "number": 1,
        "trigger": "schedule",
        "status_code": 503,
        "response": "busy",
        "error": None,
    }
    assert attempt["duration_ms"] >= 0
    assert (delivery["webhook_id"], delivery["event_type"], delivery["status"]) == (
        webhook["id"],
        "lead.created",
        "pending",
    )
    assert delivery["event_id"].startswith("evt_")
    assert delivery["next_attempt_at"] > attempt["at"] >= delivery["created_at"]


def test_pages_are_newest_first(tenant: Tenant, webhook: dict[str, Any]) -> None:
    for _ in range(3):
        _deliver_one(tenant)

    whole = [delivery["id"] for delivery in _list(tenant, webhook)["data"]]
    first = _list(tenant, webhook, "limit=2")
    rest = _list(tenant, webhook, f"limit=2&cursor={first['next_cursor']}")

    assert [item["id"] for item in first["data"] + rest["data"]] == whole == sorted(whole, reverse=True)
    assert rest["next_cursor"] is None


def test_deliveries_are_filtered_by_status_and_type(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.responses = [Response(500), Response(200)]
    for _ in range(2):
        _deliver_one(tenant)

    def found(query: str) -> list[str]:
        return [delivery["status"] for delivery in _list(tenant, webhook, query)["data"]]

    assert found("status=succeeded") == ["succeeded"]
    assert found("status=pending&event_type=lead.created") == ["pending"]
    assert found("event_type=lead.created") == ["succeeded", "pending"]
    assert found("status=skipped") == found("event_type=call.received") == []


@pytest.mark.parametrize("query", ["status=lost", "event_type=lead.exploded", "event_type=*"])
def test_an_invalid_filter_is_a_422(tenant: Tenant, webhook: dict[str, Any], query: str) -> None:
    response = call("GET", f"/v1/webhooks/{webhook['id']}/deliveries?{query}", key=tenant.read)

    assert (response.status, response.error) == (422, "validation_error")


def test_events_for_a_disabled_endpoint_are_listed_as_skipped(tenant: Tenant, receiver: Receiver) -> None:
    off = register(tenant, receiver.url, enabled=False)
    _deliver_one(tenant)

    (delivery,) = _list(tenant, off)["data"]

    assert (delivery["status"], delivery["attempts"], delivery["next_attempt_at"]) == ("skipped", [], None)
    assert receiver.requests == []


def test_the_list_abridges_long_responses(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.responses = [Response(200, b"x" * 9000)]
    _deliver_one(tenant)

    (delivery,) = _list(tenant, webhook)["data"]

    assert delivery["attempts"][0]["response"] == "x" * 200


def test_deliveries_of_other_endpoints_are_not_listed(
    tenant: Tenant, stranger: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    other = register(tenant, receiver.url, ["lead.updated"])
    _deliver_one(tenant)

    assert _list(tenant, other)["data"] == []
    for key in (stranger.read, tenant.test_admin):
        assert _list(tenant, webhook, key=key)["error"]["code"] == "not_found"


def _store_as_before_entries(delivery_id: str) -> None:
    """Store a delivery with an index entry and whole attempts, as deliveries were stored that are in no list of
    entries."""
    (item,) = [item for item in items("DELIVERY") if item["sk"]["S"] == delivery_id]
    (entry,) = [item for item in items("DELIVERY_ENTRY") if item["sk"]["S"] == delivery_id]
    (delivery,) = [delivery for delivery in deliveries() if delivery.id == delivery_id]
    table, client = settings.state_table(), aws.dynamodb()
    client.delete_item(TableName=table, Key={"pk": entry["pk"], "sk": entry["sk"]})
    index = {
        "gsi1pk": {"S": f"{item['pk']['S']}#webhook#{delivery.webhook_id}"},
        "gsi1sk": {"S": delivery_id},
    }
    attempts: Any = [
        {**attempt["M"], "response": {"S": whole.response}}
        for attempt, whole in zip(item["attempts"]["L"], delivery.attempts, strict=True)
    ]
    rest = {name: value for name, value in item.items() if name != "response_digest"}
    stored: Any = {**rest, **index, "attempts": {"L": [{"M": attempt} for attempt in attempts]}}
    client.put_item(TableName=table, Item=stored)


@pytest.fixture
def mixed(tenant: Tenant, webhook: dict[str, Any], receiver: Receiver) -> list[str]:
    """Deliveries from before and after entries, in turn: their ids, oldest first."""
    receiver.responses = [Response(500, b"y" * 300)] * 5 + [Response(200)]
    for _ in range(5):
        _deliver_one(tenant)
    found = sorted(delivery.id for delivery in deliveries())
    for delivery_id in found[::2]:
        _store_as_before_entries(delivery_id)
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_deliveries_from_before_entries_are_listed_among_the_others(
    tenant: Tenant, webhook: dict[str, Any], mixed: list[str], limit: int, order: str
) -> None:
    shown: list[str] = []
    query = f"limit={limit}&order={order}"
    page = _list(tenant, webhook, query)
    while True:
        assert len(page["data"]) == limit or page["next_cursor"] is None
        shown += [delivery["id"] for delivery in page["data"]]
        if page["next_cursor"] is None:
            break
        page = _list(tenant, webhook, f"{query}&cursor={page['next_cursor']}")

    assert shown == (mixed if order == "asc" else mixed[::-1])


def test_a_delivery_from_before_entries_stays_readable_whatever_happens_to_it(
    tenant: Tenant, webhook: dict[str, Any], mixed: list[str]
) -> None:
    path = f"/v1/webhooks/deliveries/{mixed[0]}"
    (attempt,) = call("GET", path, key=tenant.read).json["attempts"]
    assert attempt["response"] == "y" * 300

    with watched_queue() as queue:
        assert call("POST", f"{path}/retry", key=tenant.write).status == 202
        (attempt,) = call("GET", path, key=tenant.read).json["attempts"]
        assert attempt["response"] == "y" * 300
        message = {
            "organization_id": tenant.id, "mode": "live", "request_id": "r", "attempt": 2, "deferrals": 0,
            "delivery_id": mixed[0], "webhook_id": webhook["id"], "event_id": _event_of(mixed[0]),
        }  # fmt: skip
        deliver_in_lanes(message, queue)

    listed = {delivery["id"]: delivery for delivery in _list(tenant, webhook)["data"]}
    assert sorted(listed) == mixed
    assert [attempt["status_code"] for attempt in listed[mixed[0]]["attempts"]] == [500, 200]
    assert [len(attempt["response"]) for attempt in listed[mixed[0]]["attempts"]] == [200, 2]
    assert len(_list(tenant, webhook, "status=succeeded&event_type=lead.created")["data"]) == 1


def _event_of(delivery_id: str) -> str:
    return next(delivery.event_id for delivery in deliveries() if delivery.id == delivery_id)


def test_an_entry_without_a_delivery_is_passed_over(tenant: Tenant, webhook: dict[str, Any]) -> None:
    """A worker was killed between the two, or one of them has expired first."""
    for _ in range(3):
        _deliver_one(tenant)
    oldest, middle, newest = sorted(items("DELIVERY"), key=lambda item: str(item["sk"]["S"]))
    key = {name: middle[name] for name in ("pk", "sk")}
    aws.dynamodb().delete_item(TableName=settings.state_table(), Key=key)

    page = _list(tenant, webhook, "limit=2")

    assert [delivery["id"] for delivery in page["data"]] == [newest["sk"]["S"], oldest["sk"]["S"]]
    assert page["next_cursor"] is None
