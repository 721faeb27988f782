"""The hourly run enqueues each log with work once, and a fault of one shard or message delays no other log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, clock, settings, sqs
from eal.core.table.keys import TENANT_SHARDS
from eal.core.tenancy import Tenant as TenantAndMode
from eal.domain.audit_log import backlog, directory
from eal.domain.audit_log.backlog import STALLED_AFTER
from eal.entry.schedule import NotEnqueued, PartsFailed, enqueue_tenants
from tests.support import archive
from tests.support.faults import watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, peek
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def pipeline(tenant: Tenant, stranger: Tenant) -> Pipeline:
    """A pipeline after leads of two tenants were created and archived."""
    pipeline = Pipeline()
    archive.grow(tenant, pipeline, 1)
    archive.grow(stranger, pipeline, 1)
    return pipeline


def _run() -> None:
    load_app("workers/enqueue_checkpoints").handler({}, None)


def _logs(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((message["organization_id"], message["mode"]) for message in messages)


def test_each_log_with_new_records_is_enqueued_in_the_group_of_its_organization(
    tenant: Tenant, stranger: Tenant, pipeline: Pipeline
) -> None:
    call("POST", "/v1/leads", key=tenant.test_admin, json_body={"email": "t@example.com"})
    pipeline.run()

    _run()

    received = aws.sqs().receive_message(
        QueueUrl=settings.queue("checkpoint"), AttributeNames=["All"], MaxNumberOfMessages=10
    )["Messages"]
    assert _logs([json.loads(message["Body"]) for message in received]) == sorted(
        [(tenant.id, "live"), (tenant.id, "test"), (stranger.id, "live")]
    )
    for message in received:
        assert message["Attributes"]["MessageGroupId"] == json.loads(message["Body"])["organization_id"]


def test_a_signed_and_archived_log_is_not_enqueued(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.sign()
    pipeline.run()
    peek("AuditQueue")
    freeze(monkeypatch).advance(seconds=STALLED_AFTER.total_seconds() + 1)

    _run()

    assert (peek("CheckpointQueue"), peek("AuditQueue")) == ([], [])


def _number_without_archiving(tenant: Tenant) -> None:
    """Number the records of a new lead, and lose the archive's message."""
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "late@example.com"})
    lossy = Pipeline(
        lambda folder, event: (
            load_app(folder).handler(event, None)
            if folder == "workers/relay_outbox"
            else {"batchItemFailures": []}
        )
    )
    lossy.run()


def test_unarchived_records_are_enqueued_although_their_own_message_is_lost(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.sign()
    _number_without_archiving(tenant)
    freeze(monkeypatch).advance(seconds=STALLED_AFTER.total_seconds() + 1)

    _run()

    assert (tenant.id, "live") in _logs(peek("AuditQueue"))


def test_a_log_that_is_being_archived_gets_no_second_message(tenant: Tenant, pipeline: Pipeline) -> None:
    """The archive follows each message of a busy log by another one, so a second would stay as long as the log is
    busy, and every hour would add one."""
    archive.sign()
    _number_without_archiving(tenant)

    _run()

    assert (tenant.id, "live") not in _logs(peek("AuditQueue"))


def test_a_shard_that_cannot_be_read_does_not_prevent_other_signatures(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_ = directory.tenants
    (mine,) = (number for number in range(TENANT_SHARDS) if tenant.in_mode("live") in list_(number))

    def failing(number: int) -> Any:
        if number != mine:
            raise aws.refusal("Query", "InternalServerError")
        return list_(number)

    monkeypatch.setattr(directory, "tenants", failing)

    with pytest.raises(PartsFailed, match="7 parts"):
        _run()

    assert (tenant.id, "live") in _logs(peek("CheckpointQueue"))


def test_an_archive_queue_that_cannot_be_reached_does_not_prevent_signatures(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    _number_without_archiving(tenant)
    freeze(monkeypatch).advance(seconds=STALLED_AFTER.total_seconds() + 1)
    send = sqs.send_batch

    def failing(queue: str, messages: Any) -> Any:
        if queue == "audit":
            raise aws.Unreachable("sqs: TimeoutError")
        return send(queue, messages)

    monkeypatch.setattr(sqs, "send_batch", failing)

    with pytest.raises(PartsFailed, match="1 parts"):
        _run()

    assert (tenant.id, "live") in _logs(peek("CheckpointQueue"))


def test_logs_that_cannot_be_read_keep_no_other_log_from_being_enqueued(
    tenant: Tenant, stranger: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [tenant.in_mode("live"), stranger.in_mode("live")]
    monkeypatch.setattr(directory, "tenants", lambda number: iter([] if number else listed))
    monkeypatch.setattr(backlog, "MAX_LOGS", 1)
    read_ = backlog.read

    def failing(tenants: Any, now: Any) -> Any:
        if tenants[0].organization_id == tenant.id:
            raise aws.refusal("BatchGetItem", "InternalServerError")
        return read_(tenants, now)

    monkeypatch.setattr(backlog, "read", failing)

    with pytest.raises(PartsFailed, match="1 parts"):
        _run()

    assert _logs(peek("CheckpointQueue")) == [(stranger.id, "live")]


def test_the_items_of_33_logs_are_read_in_one_call(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [TenantAndMode(f"org_{number:026}", "live") for number in range(backlog.MAX_LOGS - 1)]

    with watched_calls(monkeypatch) as calls:
        found = backlog.read([*tenants, tenant.in_mode("live")], clock.now())

    assert calls.made == ["BatchGetItem"]
    assert found == ([tenant.in_mode("live")], [])


@pytest.mark.usefixtures("cloud")
def test_a_refused_message_does_not_prevent_others_from_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    tenants = [TenantAndMode(f"org_{number}", "live") for number in range(25)]
    send: Any = aws.sqs().send_message_batch

    def refusing(**request: Any) -> Any:
        response = send(**{**request, "Entries": request["Entries"][1:]})
        return {**response, "Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}

    monkeypatch.setattr(aws.sqs(), "send_message_batch", refusing)

    with pytest.raises(NotEnqueued, match="checkpoint refused 3 messages: InternalError"):
        enqueue_tenants("checkpoint", tenants)

    assert len(peek("CheckpointQueue")) == 22


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    "fault", [aws.refusal("SendMessageBatch", "InternalError"), aws.Unreachable("sqs: TimeoutError")]
)
def test_a_batch_that_the_queue_does_not_accept_does_not_prevent_others_from_being_sent(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    tenants = [TenantAndMode(f"org_{number}", "live") for number in range(35)]
    send: Any = aws.sqs().send_message_batch
    batches = iter([None, fault, None, None])

    def failing(**request: Any) -> Any:
        if found := next(batches):
            raise found
        return send(**request)

    monkeypatch.setattr(aws.sqs(), "send_message_batch", failing)

    with pytest.raises(NotEnqueued, match=f"checkpoint refused 10 messages: {fault}"):
        enqueue_tenants("checkpoint", tenants)

    assert len(peek("CheckpointQueue")) == 25


@pytest.mark.usefixtures("cloud")
def test_ten_thousand_logs_take_a_thousand_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def counting(**request: Any) -> dict[str, Any]:
        sent.append(len(request["Entries"]))
        return {}

    monkeypatch.setattr(aws.sqs(), "send_message_batch", counting)

    enqueue_tenants("checkpoint", (TenantAndMode(f"org_{number}", "live") for number in range(10_000)))

    assert sent == [sqs.MAX_BATCH_MESSAGES] * 1000
