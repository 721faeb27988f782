"""The relay numbers without gaps and publishes at least once, even if it is killed."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from eal.core import audit, aws, clock, observe, settings
from eal.core.errors import Unavailable
from eal.core.table.item import from_attributes, to_attributes
from eal.domain.audit_log.archive import archive
from eal.domain.outbox import numbering
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import STREAMED, items, peek, stream_records, unpublished
from tests.support.tenants import new_tenant
from tools.fixtures.virtual_time import virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eal.domain.outbox.model import Group
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
    assert unpublished() == []


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


def test_a_batch_that_is_delivered_twice_is_published_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create_leads(tenant, 2)
    batch = _outbox()
    load_app(RELAY).handler(batch, None)
    assert len(_events()) == 2

    with watched_calls(monkeypatch) as calls:
        assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert calls.made == ["BatchGetItem"]
    assert _numbers("EVENT", tenant) == [1, 2]


@pytest.mark.parametrize("call_number", range(1, 10))
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
    assert unpublished() == []


def test_items_that_the_bus_rejects_are_retried(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _create_leads(tenant, 1)
    batch = _outbox()
    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutEvents"] = "ThrottlingException"
        response = load_app(RELAY).handler(batch, None)

    assert len(response["batchItemFailures"]) == 1
    assert unpublished("EVENT")

    load_app("workers/sweep_outbox").handler({}, None)
    assert unpublished("EVENT"), "the sweep leaves young items to the relay"
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


def test_new_audit_records_enqueue_one_message_until_they_are_archived(tenant: Tenant) -> None:
    for number in range(3):
        call("POST", "/v1/leads", key=tenant.write, json_body={"email": f"p{number}@example.com"})
        load_app(RELAY).handler(stream_records(unpublished()), None)

    messages = peek("AuditQueue")
    assert [(message["organization_id"], message["mode"]) for message in messages] == [(tenant.id, "live")]
    assert json.dumps(messages).count("@example.com") == 0

    archive(tenant.in_mode("live"), "r")
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "later@example.com"})
    load_app(RELAY).handler(stream_records(unpublished()), None)
    assert len(peek("AuditQueue")) == 1


@pytest.mark.parametrize("call_number", range(1, 10))
def test_a_kill_at_any_call_leaves_no_log_without_an_archive_message(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    _create_leads(tenant, 2)
    batch = _outbox()
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        with suppress(Killed):
            load_app(RELAY).handler(batch, None)

    load_app(RELAY).handler(batch, None)

    assert {message["organization_id"] for message in peek("AuditQueue")} == {tenant.id}


def test_a_mark_that_the_archive_removes_during_numbering_causes_a_message(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create_leads(tenant, 1)
    load_app(RELAY).handler(_outbox(), None)
    assert len(peek("AuditQueue")) == 1
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "second@example.com"})
    heads_of = numbering.heads_of

    def archived_meanwhile(groups: Any) -> Any:
        heads = heads_of(groups)
        archive(tenant.in_mode("live"), "r")
        return heads

    monkeypatch.setattr("eal.domain.outbox.publish.heads_of", archived_meanwhile)
    assert load_app(RELAY).handler(_outbox(), None) == {"batchItemFailures": []}

    assert len(peek("AuditQueue")) == 1


def test_an_archive_message_that_the_queue_refuses_is_sent_by_the_next_run(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create_leads(tenant, 1)
    batch = _outbox()
    with _responding(monkeypatch, "SendMessageBatch", lambda _: _REFUSED_MESSAGE):
        assert len(load_app(RELAY).handler(batch, None)["batchItemFailures"]) == 1
    assert unpublished("EVENT") == []
    assert unpublished("AUDIT")

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert len(peek("AuditQueue")) == 1


_REFUSED_MESSAGE = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}


@contextmanager
def _responding(
    monkeypatch: pytest.MonkeyPatch, operation: str, respond: Callable[[dict[str, Any]], Any]
) -> Iterator[None]:
    """Respond to an operation instead of AWS."""
    send = aws.Client.call

    def call(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return respond(arguments) if name == operation else send(client, name, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", call)
        yield


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
    assert [record["id"]["S"] for record in unpublished("AUDIT")] == [bad["id"]]
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
    assert len(unpublished("AUDIT")) == bad


def test_items_too_large_for_one_transaction_are_split(tenant: Tenant) -> None:
    _create_leads(tenant, 30)
    for item in map(from_attributes, items("AUDIT")):
        _put({**item, "changes": [{"field": "notes", "from": None, "to": "水" * 60_000}]})
    batch = _outbox()

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}
    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    records = sum(item["organization_id"]["S"] == tenant.id for item in items("AUDIT"))
    assert _numbers("AUDIT", tenant) == list(range(1, records + 1))
    assert unpublished() == []


def _mixed_batch(tenants: int) -> tuple[list[Tenant], dict[str, Any]]:
    """A lead of each tenant, without what their creation has left in the outbox."""
    made = [new_tenant(f"Tenant {number}") for number in range(tenants)]
    load_app(RELAY).handler(_outbox(), None)
    peek("FanOutQueue"), peek("AuditQueue")
    for tenant in made:
        _create_leads(tenant, 1)
    return made, stream_records(unpublished())


def test_the_calls_for_many_tenants_wait_for_each_other_at_most_fifteen_times(cloud: None) -> None:
    _, batch = _mixed_batch(30)
    assert len(batch["Records"]) == 60

    with virtual_time() as time:
        assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert time.now <= 15
    assert unpublished() == []
    assert len(_events()) == 30


def test_the_calls_for_one_tenant_wait_for_each_other_at_most_six_times(tenant: Tenant) -> None:
    load_app(RELAY).handler(_outbox(), None)
    _create_leads(tenant, 30)

    with virtual_time() as time:
        assert load_app(RELAY).handler(stream_records(unpublished()), None) == {"batchItemFailures": []}

    assert time.now <= 6
    assert unpublished() == []


def test_what_the_sweep_has_published_is_not_published_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create_leads(tenant, 1)
    batch = _outbox()
    later = clock.now() + timedelta(minutes=6)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        load_app("workers/sweep_outbox").handler({}, None)
    assert len(_events()) == 1

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert _events() == []


def _entries_of(arguments: dict[str, Any], tenant: Tenant) -> list[bool]:
    details = [json.loads(entry["Detail"]) for entry in arguments["Entries"]]
    return [detail["organization_id"] == tenant.id for detail in details]


def test_entries_of_one_tenant_that_the_bus_refuses_fail_only_its_groups(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants, batch = _mixed_batch(6)
    refused = tenants[2]
    send = aws.Client.call

    def refuse(arguments: dict[str, Any]) -> Any:
        is_refused = _entries_of(arguments, refused)
        kept = [entry for entry, no in zip(arguments["Entries"], is_refused, strict=True) if not no]
        if kept:
            send(cast("aws.Client", aws.events()), "PutEvents", {"Entries": kept})
        entries = [{"ErrorCode": "ThrottlingException"} if no else {"EventId": "e"} for no in is_refused]
        return {"FailedEntryCount": sum(is_refused), "Entries": entries}

    with _responding(monkeypatch, "PutEvents", refuse):
        response = load_app(RELAY).handler(batch, None)

    (failure,) = response["batchItemFailures"]
    assert failure["itemIdentifier"] == _first_record(batch, refused)
    assert {item["organization_id"]["S"] for item in unpublished()} == {refused.id}
    assert len(_events()) == 5

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}
    assert [event["organization_id"] for event in _events()] == [refused.id]
    assert _numbers("EVENT", refused) == [1]


def _first_record(batch: dict[str, Any], *tenants: Tenant) -> str:
    """The lowest sequence number of the tenants' records."""
    ids = {tenant.id for tenant in tenants}
    changes = [record["dynamodb"] for record in batch["Records"]]
    numbers = [
        change["SequenceNumber"] for change in changes if change["NewImage"]["organization_id"]["S"] in ids
    ]
    return str(min(numbers, key=int))


def test_sequences_that_cannot_be_moved_fail_only_their_groups(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants, batch = _mixed_batch(5)
    contended = tenants[1], tenants[3]
    real = numbering.number

    def number(group: Group, *arguments: Any) -> Any:
        if group.tenant.organization_id in {tenant.id for tenant in contended}:
            raise Unavailable
        return real(group, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr("eal.domain.outbox.publish.number", number)
        response = load_app(RELAY).handler(batch, None)

    (failure,) = response["batchItemFailures"]
    assert failure["itemIdentifier"] == _first_record(batch, *contended)
    assert {item["organization_id"]["S"] for item in unpublished()} == {tenant.id for tenant in contended}


def test_an_item_that_cannot_be_read_fails_only_its_group(cloud: None) -> None:
    tenants, batch = _mixed_batch(3)
    for record in batch["Records"]:
        image = record["dynamodb"]["NewImage"]
        if image["organization_id"]["S"] == tenants[1].id and "data" in image:
            image["data"] = {"S": "{"}

    assert len(load_app(RELAY).handler(batch, None)["batchItemFailures"]) == 1

    assert [item["organization_id"]["S"] for item in unpublished()] == [tenants[1].id]
    assert len(_events()) == 2


def test_pointers_that_are_left_unprocessed_are_removed_by_another_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create_leads(tenant, 2)
    send = aws.Client.call
    calls: list[int] = []

    def one_at_a_time(arguments: dict[str, Any]) -> Any:
        ((table, (first, *left)),) = arguments["RequestItems"].items()
        calls.append(len(left))
        send(cast("aws.Client", aws.dynamodb()), "BatchWriteItem", {"RequestItems": {table: [first]}})
        return {"UnprocessedItems": {table: left} if left else {}}

    with _responding(monkeypatch, "BatchWriteItem", one_at_a_time):
        assert load_app(RELAY).handler(_outbox(), None) == {"batchItemFailures": []}

    assert len(calls) > 2
    assert unpublished() == []


def test_pointers_that_cannot_be_removed_fail_the_batch_and_keep_the_numbers(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create_leads(tenant, 2)
    batch = _outbox()
    with watched_calls(monkeypatch) as calls:
        calls.refuse["BatchWriteItem"] = "ThrottlingException"
        assert len(load_app(RELAY).handler(batch, None)["batchItemFailures"]) == 1
    assert sorted(event["sequence"] for event in _events()) == [1, 2]

    assert load_app(RELAY).handler(batch, None) == {"batchItemFailures": []}

    assert sorted(event["sequence"] for event in _events()) == [1, 2], "at least once"
    assert unpublished() == []


def test_items_of_one_transaction_may_arrive_in_two_batches(tenant: Tenant) -> None:
    load_app(RELAY).handler(_outbox(), None)
    ids = [
        call("POST", "/v1/prospects", key=tenant.write, json_body={"company": f"Company {number}"}).json["id"]
        for number in range(3)
    ]
    load_app(RELAY).handler(_outbox(), None)
    assert (
        call("POST", "/v1/prospects/qualify", key=tenant.write, json_body={"prospect_ids": ids}).status == 200
    )
    first, *rest = unpublished("AUDIT")
    assert len(rest) == 2
    assert len(items("PENDING")) == 1
    peek("FanOutQueue")

    load_app(RELAY).handler(stream_records([first]), None)
    assert unpublished("AUDIT") == rest
    load_app(RELAY).handler(stream_records([first, *rest]), None)

    assert items("PENDING") == []
    assert len(peek("FanOutQueue")) == 3
