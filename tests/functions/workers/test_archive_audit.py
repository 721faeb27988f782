"""The audit archive: locked, without gaps or overlaps, even if the worker is killed."""

from __future__ import annotations

import contextlib
import gzip
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import audit, aws, clock, ids, settings
from eal.core.table import read
from eal.domain.audit_log import tree, waiting
from eal.domain.audit_log.merkle import Range
from tests.support import archive
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import STREAMED, items, peek, sqs_event, stream_records
from tests.support.time import freeze
from tools import verify_audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.tenants import Tenant


def _records(tenant: Tenant, count: int) -> None:
    for _ in range(count):
        email = f"{ids.new('x', clock.now())}@example.com"
        call("POST", "/v1/leads", key=tenant.test_admin, json_body={"email": email})
    new = [item for item in items() if item["kind"]["S"] in STREAMED]
    load_app("workers/relay_outbox").handler(stream_records(new), None)


def _archive(tenant: Tenant) -> Any:
    body = json.dumps({"organization_id": tenant.id, "mode": "test", "request_id": "r"})
    return load_app("workers/archive_audit").handler(sqs_event("AuditQueue", [body]), None)


def _segments() -> dict[str, list[dict[str, Any]]]:
    bucket = settings.audit_bucket()
    found = {}
    for stored in aws.s3_sdk().list_objects_v2(Bucket=bucket).get("Contents", []):
        text = gzip.decompress(aws.s3_sdk().get_object(Bucket=bucket, Key=stored["Key"])["Body"].read())
        found[stored["Key"]] = [json.loads(line) for line in text.splitlines()]
    return found


def _versions() -> int:
    return len(aws.s3_sdk().list_object_versions(Bucket=settings.audit_bucket()).get("Versions", []))


def test_segments_contain_every_record_once_and_are_locked_for_seven_years(tenant: Tenant) -> None:
    _records(tenant, 3)
    assert _archive(tenant) == {"batchItemFailures": []}
    _records(tenant, 2)
    assert _archive(tenant) == {"batchItemFailures": []}

    segments = _segments()
    prefix = f"audit/{tenant.id}/test/"
    assert list(segments) == [
        f"{prefix}000000000001-000000000003.jsonl.gz",
        f"{prefix}000000000004-000000000005.jsonl.gz",
    ]
    records = [record for lines in segments.values() for record in lines]
    assert [record["seq"] for record in records] == [1, 2, 3, 4, 5]
    assert all(record["hash"] == audit.chained_hash(record) for record in records)
    for name, lines in segments.items():
        head = aws.s3_sdk().head_object(Bucket=settings.audit_bucket(), Key=name)
        assert head["ObjectLockMode"] == "GOVERNANCE"
        newest = clock.parse(lines[-1]["created_at"])
        kept = head["ObjectLockRetainUntilDate"] - newest
        assert abs(kept - timedelta(days=2557)) < timedelta(seconds=2)


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_the_lock_prevents_deletion(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Without the right to bypass governance, which no role has (tests/structure/checks/grants.py).

    moto lets everybody shorten a lock; that it is refused is seen in tests/deployed.
    """
    monkeypatch.setenv("AUDIT_LOCK_MODE", mode)
    _records(tenant, 1)
    _archive(tenant)
    (name,) = _segments()
    bucket = settings.audit_bucket()
    version = aws.s3_sdk().head_object(Bucket=bucket, Key=name)["VersionId"]

    with pytest.raises(aws.Refused, match="AccessDenied"):
        aws.s3_sdk().delete_object(Bucket=bucket, Key=name, VersionId=version)

    after = aws.s3_sdk().head_object(Bucket=bucket, Key=name, VersionId=version)
    assert after["ObjectLockMode"] == mode


def test_a_message_without_new_records_writes_nothing(tenant: Tenant) -> None:
    _records(tenant, 1)
    _archive(tenant)
    _archive(tenant)

    assert _versions() == 1


@pytest.mark.parametrize("call_number", range(1, 14))
def test_the_archive_has_no_gap_or_overlap_after_a_kill_at_each_call(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    """The killed run adds records 15 to 18 to the tree, so it writes a tile and the tail."""
    _records(tenant, 14)
    _archive(tenant)
    _records(tenant, 4)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        try:
            _archive(tenant)
        except Killed:
            pass
        else:
            assert len(calls.made) < call_number, "it came to its end before"
    _records(tenant, 2)

    _archive(tenant)

    records = [record for lines in _segments().values() for record in lines]
    assert [record["seq"] for record in records] == list(range(1, 21))
    expected = verify_audit.Tree()
    for record in records:
        expected.append(verify_audit.leaf_hash(record["hash"]))
    (root,) = tree.read(tenant.in_mode("test"), [Range(0, 20)])
    assert root.hex() == expected.root()


def _hide_from_index(seq: int) -> dict[str, Any]:
    """Remove a record from the index. Returns the item as it will be indexed."""
    test = [record for record in items("AUDIT") if record["mode"]["S"] == "test"]
    (item,) = (record for record in test if record["seq"]["N"] == str(seq))
    kept = {name: value for name, value in item.items() if name not in ("feedpk", "feedsk")}
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=kept)
    return item


def _archive_messages(tenant: Tenant) -> list[dict[str, Any]]:
    """The messages that the hourly run sends to the archive queue."""
    peek("AuditQueue")
    archive.sign()
    return _queued(tenant)


def _freeze_time(monkeypatch: pytest.MonkeyPatch, until: Callable[[float], object] = lambda _: None) -> None:
    """Freeze the archive's clock. `until` is called instead of each sleep."""
    monkeypatch.setattr(
        "eal.domain.audit_log.archive.time", SimpleNamespace(monotonic=lambda: 0.0, sleep=until)
    )


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_a_record_that_is_not_indexed_yet_is_archived_later(
    tenant: Tenant, hidden: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _freeze_time(monkeypatch)
    _records(tenant, 3)
    late = _hide_from_index(hidden)

    assert len(_archive(tenant)["batchItemFailures"]) == 1

    aws.dynamodb().put_item(TableName=settings.state_table(), Item=late)
    assert _archive(tenant) == {"batchItemFailures": []}
    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2, 3]


def test_the_archive_waits_for_the_index(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _records(tenant, 2)
    late = _hide_from_index(2)
    _freeze_time(monkeypatch, lambda _: aws.dynamodb().put_item(TableName=settings.state_table(), Item=late))

    assert _archive(tenant) == {"batchItemFailures": []}

    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2]


def test_every_hour_unarchived_records_cause_a_message_until_they_are_archived(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _records(tenant, 1)
    (message,) = _archive_messages(tenant)  # the relay's message is lost

    load_app("workers/archive_audit").handler(sqs_event("AuditQueue", [json.dumps(message)]), None)

    assert _archive_messages(tenant) == []
    assert len(_segments()) == 1
    _records(tenant, 1)
    freeze(monkeypatch).advance(hours=1)
    assert len(_archive_messages(tenant)) == 1


@contextlib.contextmanager
def _numbered_during_the_run(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more record is numbered when a run's last query has found none."""

    def overtaken(*arguments: Any, **more: Any) -> Any:
        found = list(read.walk(*arguments, **more))
        if not found:
            patch.setattr("eal.domain.audit_log.archive.walk", read.walk)
            _records(tenant, 1)
        return iter(found)

    with monkeypatch.context() as patch:
        patch.setattr("eal.domain.audit_log.archive.walk", overtaken)
        yield


def test_records_numbered_during_a_run_cause_the_next_message(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _records(tenant, 1)
    (first,) = _queued(tenant)

    with _numbered_during_the_run(tenant, monkeypatch):
        _archive_message(first)

    (second,) = _queued(tenant)
    _archive_message(second)
    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2]
    assert (_queued(tenant), _is_marked(tenant)) == ([], False)


@pytest.mark.parametrize("call_number", range(1, 14))
def test_a_killed_run_leaves_no_log_with_a_mark_and_without_a_message(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    _records(tenant, 1)
    (first,) = _queued(tenant)
    with _numbered_during_the_run(tenant, monkeypatch), watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        with contextlib.suppress(Killed):
            _archive_message(first)
    _records(tenant, 1)

    messages = [first, *_queued(tenant)]  # the message of a killed run is delivered again
    while messages:
        _archive_message(messages.pop(0))
        messages += _queued(tenant)

    assert not _is_marked(tenant)
    numbered = sum(item["mode"]["S"] == "test" for item in items("AUDIT"))
    records = [record["seq"] for lines in _segments().values() for record in lines]
    assert records == list(range(1, numbered + 1))


def test_an_object_that_another_run_is_writing_is_tried_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _records(tenant, 1)
    send = aws.Client.call
    refused: list[str] = []

    def conflicting(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "PutObject" and len(refused) < 2:
            refused.append(operation)
            raise aws.refusal(operation, "ConditionalRequestConflict", "409")
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", conflicting)
        assert _archive(tenant) == {"batchItemFailures": []}

    assert len(_segments()) == 1


def _archive_message(message: dict[str, Any]) -> None:
    response = load_app("workers/archive_audit").handler(sqs_event("AuditQueue", [json.dumps(message)]), None)
    assert response == {"batchItemFailures": []}


def _queued(tenant: Tenant) -> list[dict[str, Any]]:
    """Takes the messages of the tenant's test mode from the archive queue."""
    return [
        message
        for message in peek("AuditQueue")
        if (message["organization_id"], message["mode"]) == (tenant.id, "test")
    ]


def _is_marked(tenant: Tenant) -> bool:
    sequence = read.get(waiting.sequence_key(tenant.in_mode("test")))
    return sequence is not None and waiting.is_marked(sequence)


def _message(organization_id: str, mode: str = "test") -> str:
    return json.dumps({"organization_id": organization_id, "mode": mode, "request_id": "r"})


def _clock_at(seconds: list[float]) -> Any:
    """A clock that the test sets."""
    return SimpleNamespace(monotonic=lambda: seconds[0])


def test_a_batch_is_processed_once_per_log_and_fails_per_log(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = load_app("workers/archive_audit")
    archived: list[tuple[str, str]] = []

    def archive_(log: tuple[str, str], request_id: str, deadline: float) -> None:
        archived.append(log)
        if log[0] == "org_b":
            raise RuntimeError

    monkeypatch.setattr(app, "archive", archive_)
    messages = [
        _message("org_a"),
        _message("org_b"),
        _message("org_a"),
        _message("org_a", "live"),
        _message("org_b"),
        "no JSON",
        '{"organization_id": ["org_a"], "mode": {}}',
    ]

    response = app.handler(sqs_event("AuditQueue", messages), None)

    assert archived == [("org_a", "test"), ("org_b", "test"), ("org_a", "live")]
    failed = [failure["itemIdentifier"] for failure in response["batchItemFailures"]]
    assert failed == ["message-1", "message-4", "message-5", "message-6"]


def test_messages_after_the_deadline_return_to_the_queue(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = load_app("workers/archive_audit")
    now = [1000.0]
    monkeypatch.setattr("eal.entry.queue.time", _clock_at(now))

    def archive_(log: tuple[str, str], request_id: str, deadline: float) -> None:
        now[0] += 30

    monkeypatch.setattr(app, "archive", archive_)
    messages = [_message(f"org_{name}") for name in ("a", "b", "c", "a")]

    response = app.handler(sqs_event("AuditQueue", messages), None)

    assert [failure["itemIdentifier"] for failure in response["batchItemFailures"]] == ["message-2"]


def test_a_log_that_takes_longer_than_a_run_continues_in_the_next(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _records(tenant, 3)
    monkeypatch.setattr("eal.domain.audit_log.archive.MAX_RECORDS_PER_SEGMENT", 1)
    now = [1000.0]
    for module in ("entry.queue", "domain.audit_log.archive"):
        monkeypatch.setattr(f"eal.{module}.time", _clock_at(now))
    extend = tree.extend

    def slow(*arguments: Any) -> None:
        now[0] += 30
        extend(*arguments)

    monkeypatch.setattr(tree, "extend", slow)

    assert len(_archive(tenant)["batchItemFailures"]) == 1

    assert len(_segments()) == 2
    assert _archive(tenant) == {"batchItemFailures": []}
    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2, 3]
