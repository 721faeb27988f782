"""The relay numbers without gaps and publishes at least once, even if it is killed."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import audit, aws, observe, settings
from eal.core.table.item import from_attributes, to_attributes
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import STREAMED, items, peek, stream_records

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

RELAY = "workers/relay_outbox"


def _outbox() -> dict[str, object]:
    return stream_records([item for item in items() if item["kind"]["S"] in STREAMED])


def _events() -> list[Any]:
    """The events in the fan-out queue, without audit records."""
    return [event for event in peek("FanOutQueue") if event["type"] != "audit.log.event"]


def _create_leads(tenant: Tenant, count: int) -> None:
    for number in range(count):
        body = {"email": f"p{number}@example.com"}
        assert call("POST", "/v1/leads", key=tenant.write, json_body=body).status == 201


def _numbers(kind: str, tenant: Tenant) -> list[Any]:
    found = [from_attributes(item) for item in items(kind)]
    return sorted(item.get("feedsk") for item in found if item["organization_id"] == tenant.id)


def test_events_get_numbers_without_a_gap_and_reach_the_bus(tenant: Tenant, stranger: Tenant) -> None:
    _create_leads(tenant, 3)
    _create_leads(stranger, 1)

    assert load_app(RELAY).handler(_outbox(), None) == {"batchItemFailures": []}

    assert _numbers("EVENT", tenant) == [1, 2, 3]
    assert _numbers("EVENT", stranger) == [1]
    published = _events()
    mine = [event for event in published if event["organization_id"] == tenant.id]
    assert sorted(event["sequence"] for event in mine) == [1, 2, 3]
    assert {event["type"] for event in published} == {"lead.created"}
    assert all(event["data"]["email"].endswith("@example.com") for event in published)
    assert not [item for item in items() if "pending" in item]


def test_audit_records_are_chained(tenant: Tenant) -> None:
    _create_leads(tenant, 3)
    load_app(RELAY).handler(_outbox(), None)

    records = [from_attributes(item) for item in items("AUDIT")]
    records = sorted(
        (record for record in records if record["mode"] == "live"), key=lambda record: int(str(record["seq"]))
    )

    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    previous: object = audit.GENESIS
    for record in records:
        assert record["previous_hash"] == previous
        assert record["hash"] == audit.chained_hash(record)
        previous = record["hash"]


def test_a_batch_that_is_delivered_twice_keeps_its_numbers(tenant: Tenant) -> None:
    _create_leads(tenant, 2)
    batch = _outbox()
    load_app(RELAY).handler(batch, None)
    first = _events()

    load_app(RELAY).handler(batch, None)

    assert _numbers("EVENT", tenant) == [1, 2]
    again = _events()
    assert [event["id"] for event in again] == [event["id"] for event in first]
    assert [event["sequence"] for event in again] == [event["sequence"] for event in first]


@pytest.mark.parametrize("call_number", range(1, 16))
def test_nothing_is_lost_or_numbered_twice_after_a_kill_at_each_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    _create_leads(tenant, 2)
    batch = _outbox()
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        try:
            load_app(RELAY).handler(batch, None)
        except Killed:
            killed = True
        else:
            killed = False
    assert killed == (len(calls.made) >= call_number)

    load_app(RELAY).handler(batch, None)

    assert _numbers("EVENT", tenant) == [1, 2]
    assert {event["sequence"] for event in _events()} == {1, 2}
    records = sum(item["organization_id"]["S"] == tenant.id for item in items("AUDIT"))
    assert _numbers("AUDIT", tenant) == list(range(1, records + 1))
    assert not [item for item in items() if "pending" in item]


def test_a_large_batch_that_is_already_numbered_is_published(tenant: Tenant) -> None:
    _create_leads(tenant, 12)
    batch = _outbox()
    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert _numbers("EVENT", tenant) == list(range(1, 13))
    assert len(_events()) == 24


def test_items_that_the_bus_rejects_are_retried(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _create_leads(tenant, 1)
    batch = _outbox()
    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutEvents"] = "ThrottlingException"
        answer = load_app(RELAY).handler(batch, None)

    assert len(answer["batchItemFailures"]) == 1
    assert [item for item in items("EVENT") if "pending" in item]

    load_app("workers/sweep_outbox").handler({}, None)
    assert [item for item in items("EVENT") if "pending" in item], "the sweep leaves young items to the relay"
    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}
    assert len(_events()) == 1


def test_a_failure_is_logged_with_its_tenant(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _create_leads(tenant, 1)
    monkeypatch.setattr("eal.domain.outbox.publish.number", _fail)
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)

    load_app(RELAY).handler(_outbox(), None)

    lines = [json.loads(line) for line in log.getvalue().splitlines() if "group_failed" in line]
    assert {(line["organization_id"], line["mode"]) for line in lines} == {(tenant.id, "live")}
    assert {line["kind"] for line in lines} == {"EVENT", "AUDIT"}


def _fail(*_: object) -> None:
    raise RuntimeError("the table does not answer")


def test_new_audit_records_enqueue_an_archive_message(tenant: Tenant) -> None:
    _create_leads(tenant, 1)

    load_app(RELAY).handler(_outbox(), None)

    messages = peek("AuditQueue")
    assert {(message["organization_id"], message["mode"]) for message in messages} == {(tenant.id, "live")}
    assert json.dumps(messages).count("@example.com") == 0


def _put(item: dict[str, Any]) -> None:
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(item))


def test_only_the_unhashable_record_stays_pending(tenant: Tenant) -> None:
    _create_leads(tenant, 3)
    records = sorted(
        (from_attributes(item) for item in items("AUDIT") if item["mode"]["S"] == "live"),
        key=lambda record: str(record["id"]),
    )
    bad = records[1]
    _put({**bad, "changes": [{"field": "score", "from": None, "to": 2**53 + 1}]})

    assert load_app(RELAY).handler(_outbox(), None) == {"batchItemFailures": []}, "no retry would help"

    after = {record["id"]: record for record in map(from_attributes, items("AUDIT"))}
    numbered = [after[record["id"]] for record in records if record["id"] != bad["id"]]
    assert [record["seq"] for record in numbered] == list(range(1, len(records)))
    assert all(record["hash"] == audit.chained_hash(record) for record in numbered)
    assert [record["id"] for record in after.values() if "pending" in record] == [bad["id"]]
    assert "seq" not in after[bad["id"]]


def test_a_log_begins_with_its_first_hashable_record(tenant: Tenant) -> None:
    for record in map(from_attributes, items("AUDIT")):
        _put({**record, "changes": [{"field": "score", "from": None, "to": 2**53 + 1}]})
    bad = len(items("AUDIT"))
    load_app(RELAY).handler(_outbox(), None)

    _create_leads(tenant, 1)
    load_app(RELAY).handler(_outbox(), None)

    records = [from_attributes(item) for item in items("AUDIT")]
    assert [record["seq"] for record in records if "seq" in record] == [1]
    assert sum("pending" in record for record in records) == bad


def test_items_too_large_for_one_transaction_are_split(tenant: Tenant) -> None:
    _create_leads(tenant, 30)
    for item in map(from_attributes, items("AUDIT")):
        _put({**item, "changes": [{"field": "notes", "from": None, "to": "水" * 60_000}]})
    batch = _outbox()

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}
    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    records = sum(item["organization_id"]["S"] == tenant.id for item in items("AUDIT"))
    assert _numbers("AUDIT", tenant) == list(range(1, records + 1))
    assert not [item for item in items() if "pending" in item]
