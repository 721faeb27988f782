"""The audit archive: locked, gap-free, without an overlap, whatever kills the worker."""

from __future__ import annotations

import contextlib
import gzip
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from eal.core import audit, aws, clock, ids, settings
from eal.core.table import read
from eal.domain.audit_log import tree
from tests.support import archive
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import STREAMED, items, peek, sqs_event, stream_records

if TYPE_CHECKING:
    from collections.abc import Callable

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
    for one in aws.s3().list_objects_v2(Bucket=bucket).get("Contents", []):
        text = gzip.decompress(aws.s3().get_object(Bucket=bucket, Key=one["Key"])["Body"].read())
        found[one["Key"]] = [json.loads(line) for line in text.splitlines()]
    return found


def _versions() -> int:
    return len(aws.s3().list_object_versions(Bucket=settings.audit_bucket()).get("Versions", []))


def test_segments_hold_every_record_once_and_are_locked_for_seven_years(tenant: Tenant) -> None:
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
        head = aws.s3().head_object(Bucket=settings.audit_bucket(), Key=name)
        assert head["ObjectLockMode"] == "GOVERNANCE"
        newest = clock.parse(lines[-1]["created_at"])
        kept = head["ObjectLockRetainUntilDate"] - newest
        assert abs(kept - timedelta(days=2557)) < timedelta(seconds=2)


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_the_lock_refuses_deletion(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Without the right to bypass governance, which no role has (tests/structure/checks/grants.py).

    moto lets everybody shorten a lock; that it is refused is seen in tests/deployed.
    """
    monkeypatch.setenv("AUDIT_LOCK_MODE", mode)
    _records(tenant, 1)
    _archive(tenant)
    (name,) = _segments()
    bucket = settings.audit_bucket()
    version = aws.s3().head_object(Bucket=bucket, Key=name)["VersionId"]

    with pytest.raises(ClientError, match="AccessDenied"):
        aws.s3().delete_object(Bucket=bucket, Key=name, VersionId=version)

    after = aws.s3().head_object(Bucket=bucket, Key=name, VersionId=version)
    assert after["ObjectLockMode"] == mode


def test_a_message_without_new_records_writes_nothing(tenant: Tenant) -> None:
    _records(tenant, 1)
    _archive(tenant)
    _archive(tenant)

    assert _versions() == 1


@pytest.mark.parametrize("call_number", range(1, 12))
def test_killed_after_any_call_there_is_one_chain_without_gap_or_overlap(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    _records(tenant, 2)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        with contextlib.suppress(Killed):
            _archive(tenant)
    _records(tenant, 2)

    _archive(tenant)

    records = [record["seq"] for lines in _segments().values() for record in lines]
    assert records == [1, 2, 3, 4]


def _hidden(seq: int) -> dict[str, Any]:
    """The index does not show a record yet. Returns what it will show."""
    test = [one for one in items("AUDIT") if one["mode"]["S"] == "test"]
    (item,) = (one for one in test if one["seq"]["N"] == str(seq))
    kept = {name: value for name, value in item.items() if name not in ("feedpk", "feedsk")}
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=kept)
    return item


def _waiting(tenant: Tenant) -> list[dict[str, Any]]:
    """What the hourly run says to the archiver."""
    peek("AuditQueue")
    archive.sign()
    return [one for one in peek("AuditQueue") if (one["organization_id"], one["mode"]) == (tenant.id, "test")]


def _waits(monkeypatch: pytest.MonkeyPatch, until: Callable[[float], object] = lambda _: None) -> None:
    """The archiver's time stands still, and `until` is what happens while it waits for the index."""
    monkeypatch.setattr(
        "eal.domain.audit_log.archive.time", SimpleNamespace(monotonic=lambda: 0.0, sleep=until)
    )


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_a_record_that_the_index_does_not_show_yet_is_not_forgotten(
    tenant: Tenant, hidden: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _waits(monkeypatch)
    _records(tenant, 3)
    late = _hidden(hidden)

    assert len(_archive(tenant)["batchItemFailures"]) == 1

    aws.dynamodb().put_item(TableName=settings.state_table(), Item=late)
    assert _archive(tenant) == {"batchItemFailures": []}
    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2, 3]


def test_the_index_is_waited_for_a_moment(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _records(tenant, 2)
    late = _hidden(2)
    _waits(monkeypatch, lambda _: aws.dynamodb().put_item(TableName=settings.state_table(), Item=late))

    assert _archive(tenant) == {"batchItemFailures": []}

    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2]


def test_each_hour_the_archiver_hears_of_what_it_lacks_until_it_has_it(tenant: Tenant) -> None:
    _records(tenant, 1)
    (word,) = _waiting(tenant)  # the record's own is lost

    load_app("workers/archive_audit").handler(sqs_event("AuditQueue", [json.dumps(word)]), None)

    assert _waiting(tenant) == []
    assert len(_segments()) == 1
    _records(tenant, 1)
    assert len(_waiting(tenant)) == 1


def test_what_is_numbered_while_the_archiver_ends_still_waits(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _records(tenant, 1)

    def overtaken(*arguments: Any, **more: Any) -> Any:
        found = list(read.walk(*arguments, **more))
        if not found:  # the last look, before the archiver ends
            monkeypatch.setattr("eal.domain.audit_log.archive.walk", read.walk)
            _records(tenant, 1)
        return iter(found)

    monkeypatch.setattr("eal.domain.audit_log.archive.walk", overtaken)
    _archive(tenant)

    assert len(_waiting(tenant)) == 1


def _word(organization_id: str, mode: str = "test") -> str:
    return json.dumps({"organization_id": organization_id, "mode": mode, "request_id": "r"})


def _passed(seconds: list[float]) -> Any:
    """A clock that stands where the test puts it."""
    return SimpleNamespace(monotonic=lambda: seconds[0])


def test_a_batch_is_worked_off_log_by_log_and_a_failure_is_that_logs_alone(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = load_app("workers/archive_audit")
    archived: list[tuple[str, str]] = []

    def archive_(organization_id: str, mode: str, ends: float) -> None:
        archived.append((organization_id, mode))
        if organization_id == "org_b":
            raise RuntimeError

    monkeypatch.setattr(app, "archive", archive_)
    words = [
        _word("org_a"),
        _word("org_b"),
        _word("org_a"),
        _word("org_a", "live"),
        _word("org_b"),
        "no JSON",
        '{"organization_id": ["org_a"], "mode": {}}',
    ]

    answer = app.handler(sqs_event("AuditQueue", words), None)

    assert archived == [("org_a", "test"), ("org_b", "test"), ("org_a", "live")]
    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    assert failed == ["message-1", "message-4", "message-5", "message-6"]


def test_what_is_not_begun_in_time_goes_back_to_the_queue(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = load_app("workers/archive_audit")
    now = [1000.0]
    monkeypatch.setattr("eal.entry.queue.time", _passed(now))

    def archive_(organization_id: str, mode: str, ends: float) -> None:
        now[0] += 30

    monkeypatch.setattr(app, "archive", archive_)
    words = [_word(f"org_{name}") for name in ("a", "b", "c", "a")]

    answer = app.handler(sqs_event("AuditQueue", words), None)

    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["message-2"]


def test_a_log_that_takes_longer_than_a_run_goes_on_in_the_next(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _records(tenant, 3)
    monkeypatch.setattr("eal.domain.audit_log.archive.MOST_IN_A_SEGMENT", 1)
    now = [1000.0]
    for module in ("entry.consumer", "audit_log.archive"):
        monkeypatch.setattr(f"eal.{module}.time", _passed(now))
    put = tree.extend

    def slow(*arguments: Any) -> None:
        put(*arguments)
        now[0] += 30

    monkeypatch.setattr(tree, "extend", slow)

    assert len(_archive(tenant)["batchItemFailures"]) == 1

    assert len(_segments()) == 2
    assert _archive(tenant) == {"batchItemFailures": []}
    assert [record["seq"] for lines in _segments().values() for record in lines] == [1, 2, 3]
