"""Exports of the audit log: from the segments, resumable, and provable."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from eal.core import aws, settings
from eal.core.clock import rfc3339
from eal.core.table.item import from_attributes
from eal.domain.audit_log import segments
from eal.domain.audit_log.archive import segment_object_key
from eal.domain.audit_log.exports import file, writing
from eal.domain.audit_log.exports.model import DEADLINE
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tools import verify_audit
from tools.bench import chain
from tools.fixtures.template import functions, resources

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tenants import Tenant

SEEDED = 230
DAY = timedelta(days=1)


@pytest.fixture
def seeded(tenant: Tenant) -> list[chain.Record]:
    """An archive in test mode: one record a day, ten per segment. Records made through the API follow."""
    records = list(chain.records(tenant.in_mode("test"), SEEDED, step=DAY))
    chain.archive(tenant.in_mode("test"), records, per_segment=10)
    return records


def _request_export(tenant: Tenant, **body: Any) -> str:
    response = call("POST", "/v1/audit-log/exports", key=tenant.test_admin, json_body=body)
    assert response.status == 202, response.text
    return str(response.json["id"])


def _get(tenant: Tenant, export_id: str) -> Any:
    return call("GET", f"/v1/audit-log/exports/{export_id}", key=tenant.test_admin).json


def _file(export: dict[str, Any]) -> bytes:
    """The file at the URL: moto signs and serves nothing over a socket, so its path says which object."""
    bucket = settings.uploads_bucket()
    split = urlsplit(export["url"])
    key = split.path.lstrip("/").removeprefix(f"{bucket}/")
    return aws.s3_sdk().get_object(Bucket=bucket, Key=key)["Body"].read()


def _exported(tenant: Tenant, **body: Any) -> tuple[dict[str, Any], bytes]:
    export_id = _request_export(tenant, **body)
    Pipeline().run()
    export = _get(tenant, export_id)
    assert export["status"] == "completed"
    return export, _file(export)


def _message(tenant: Tenant, export_id: str) -> str:
    message = {"organization_id": tenant.id, "mode": "test", "export_id": export_id, "request_id": "r"}
    return json.dumps(message)


def _consume(body: str, received: int = 1) -> Any:
    return load_app("workers/export_audit").handler(sqs_event("ExportQueue", [body], received), None)


def _ready(tenant: Tenant, **body: Any) -> str:
    """An export whose own record is archived and whose message was taken off the queue. Returns the message."""
    export_id = _request_export(tenant, **body)

    def invoke(folder: str, event: dict[str, Any]) -> Any:
        done: dict[str, list[str]] = {"batchItemFailures": []}
        return done if folder == "workers/export_audit" else load_app(folder).handler(event, None)

    Pipeline(invoke).run()
    return _message(tenant, export_id)


def _id_in(message: str) -> str:
    return str(json.loads(message)["export_id"])


def _parts_of(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Parts that a short log has many of. S3 refuses all but the last under 5 MiB, and moto's limit moves along."""
    monkeypatch.setattr(writing, "PART_BYTES", size)
    monkeypatch.setattr(writing, "PART_GROWTH_BYTES", 0)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", size)


def _lines(segment_records: list[chain.Record]) -> bytes:
    return gzip.decompress(chain.segment(segment_records))


# ---------------------------------------------------------------- content


def test_a_complete_jsonl_export_equals_the_archive_up_to_its_own_record(
    tenant: Tenant, seeded: list[chain.Record]
) -> None:
    export, text = _exported(tenant, format="jsonl")

    assert text.startswith(_lines(seeded))
    records = [json.loads(line) for line in text.splitlines()]
    assert [record["seq"] for record in records] == list(range(1, SEEDED + 2))
    assert records[-1]["action"] == "audit_export.created"
    assert records[-1]["resource"] == {"type": "audit_export", "id": export["id"]}
    manifest = export["manifest"]
    assert manifest["files"] == [
        {
            "name": f"audit-log-{export['id']}.jsonl",
            "sha256": hashlib.sha256(text).hexdigest(),
            "bytes": len(text),
        }
    ]
    assert (manifest["records"], manifest["first_seq"], manifest["last_seq"]) == (SEEDED + 1, 1, SEEDED + 1)
    assert manifest["complete"] is True
    assert manifest["checkpoint"]["size"] == SEEDED + 1
    assert (export["records"], export["bytes"]) == (SEEDED + 1, len(text))


def test_an_export_is_verified_with_its_file_manifest_and_public_key(
    tenant: Tenant, seeded: list[chain.Record], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export, text = _exported(tenant, format="jsonl")
    (tmp_path / export["manifest"]["files"][0]["name"]).write_bytes(text)
    (tmp_path / "manifest.json").write_text(json.dumps(export["manifest"]))
    (tmp_path / "key.pem").write_text(export["manifest"]["checkpoint"]["public_key"])
    arguments = [str(tmp_path), "--public-key", str(tmp_path / "key.pem")]

    assert verify_audit.main(arguments) == 0, capsys.readouterr().out

    (tmp_path / export["manifest"]["files"][0]["name"]).write_bytes(
        text.replace(b"contacted", b"qualified", 1)
    )
    assert verify_audit.main(arguments) == 1


def test_a_csv_export_has_the_same_records(tenant: Tenant, seeded: list[chain.Record]) -> None:
    _, text = _exported(tenant, format="csv")

    rows = list(csv.DictReader(io.StringIO(text.decode(), newline="")))
    assert [row["id"] for row in rows[:SEEDED]] == [record["id"] for record in seeded]
    assert [row["hash"] for row in rows[:SEEDED]] == [record["hash"] for record in seeded]
    assert [json.loads(row["changes"]) for row in rows[:SEEDED]] == [record["changes"] for record in seeded]
    assert rows[-1]["action"] == "audit_export.created"


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
@pytest.mark.parametrize(
    "filters",
    [
        {"action": "lead.created"},
        {"actor_id": "classify_call"},
        {"source": "webhook"},
        {"resource_type": "call"},
        {"resource_id": "lead_07"},
        {"resource_type": "lead", "resource_id": "lead_01", "action": "lead.created"},
        {
            "created_after": rfc3339(chain.START + 100 * DAY),
            "created_before": rfc3339(chain.START + 103 * DAY),
        },
        {"created_before": rfc3339(chain.START + 3 * DAY)},
        {"created_after": rfc3339(chain.START + 228 * DAY), "source": "worker"},
        {"created_after": rfc3339(chain.START + 50 * DAY), "created_before": rfc3339(chain.START)},
        {"action": "nothing.like_it"},
    ],
    ids=str,
)
def test_an_export_contains_exactly_the_records_of_its_filters(
    tenant: Tenant, seeded: list[chain.Record], filters: dict[str, str], format_: str
) -> None:
    export, text = _exported(tenant, format=format_, **filters)

    expected = [record for record in seeded if _passes(record, filters)]
    if format_ == "jsonl":
        assert text == _lines(expected)
    else:
        rows = list(csv.DictReader(io.StringIO(text.decode(), newline="")))
        assert [int(row["seq"]) for row in rows] == [record["seq"] for record in expected]
    manifest = export["manifest"]
    assert manifest["records"] == len(expected)
    assert manifest["complete"] is False
    assert manifest["first_seq"] == (expected[0]["seq"] if expected else None)
    assert manifest["last_seq"] == (expected[-1]["seq"] if expected else None)


def _passes(record: chain.Record, filters: dict[str, str]) -> bool:
    shown = {
        "action": record["action"],
        "source": record["source"],
        "actor_id": record["actor"]["id"],
        "resource_type": record["resource"]["type"],
        "resource_id": record["resource"]["id"],
    }
    after, before = filters.get("created_after", ""), filters.get("created_before", "9")
    return after <= record["created_at"] < before and all(
        shown[name] == value for name, value in filters.items() if name in shown
    )


def test_a_short_time_range_reads_few_segments(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    after = chain.START + 100 * DAY
    body = _ready(tenant, format="jsonl", created_after=rfc3339(after), created_before=rfc3339(after + DAY))
    monkeypatch.setattr(segments, "_MAX_PREFETCHED", 1)

    with watched_calls(monkeypatch) as calls:
        _consume(body)

    assert _file(_get(tenant, _id_in(body))) == _lines(seeded[99:100])
    # About eight for the binary search of 23 segments, four for the day with its margins, and the finished file.
    assert calls.count("GetObject") < 16


def test_an_export_of_an_empty_log_has_its_own_record(tenant: Tenant) -> None:
    export, text = _exported(tenant, format="jsonl")

    assert [json.loads(line)["action"] for line in text.splitlines()] == ["audit_export.created"]
    assert export["manifest"]["complete"] is True


def test_the_export_is_audited_without_its_url(tenant: Tenant, seeded: list[chain.Record]) -> None:
    export, text = _exported(tenant, format="csv", action="lead.created")
    Pipeline().run()

    path = f"/v1/audit-log?resource_type=audit_export&resource_id={export['id']}&order=asc"
    created, completed = call("GET", path, key=tenant.test_admin).json["data"]
    assert (created["action"], created["actor"]["type"]) == ("audit_export.created", "api_key")
    assert (completed["action"], completed["actor"]["id"]) == ("audit_export.completed", "export_audit")
    assert {"field": "filters", "from": None, "to": {"action": "lead.created"}} in created["changes"]
    audited = {change["field"]: change["to"] for change in completed["changes"]}
    assert audited == {
        "records": export["records"],
        "bytes": len(text),
        "sha256": hashlib.sha256(text).hexdigest(),
    }
    assert "X-Amz-Signature" not in json.dumps(items())


# ---------------------------------------------------------------- delays, kills and concurrent workers


def test_the_worker_uses_the_client_with_long_timeouts(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Completing many parts takes longer than the two seconds after which the client of endpoints times out."""
    body = _ready(tenant, format="jsonl")
    with monkeypatch.context() as patch:
        patch.setattr(aws, "s3", None)
        assert _consume(body) == {"batchItemFailures": []}

    assert _get(tenant, _id_in(body))["status"] == "completed"
    assert aws.s3_sdk().meta.config.read_timeout == 60  # type: ignore[attr-defined]


def test_an_export_waits_until_its_own_record_is_archived(tenant: Tenant, seeded: list[chain.Record]) -> None:
    export_id = _request_export(tenant, format="jsonl")

    assert _consume(_message(tenant, export_id)) == {"batchItemFailures": []}

    assert _get(tenant, export_id)["status"] == "queued"
    assert _delayed() == [json.loads(_message(tenant, export_id))]
    Pipeline().run()
    assert _get(tenant, export_id)["status"] == "completed"


def test_messages_from_the_bus_are_forwarded_to_the_tenants_message_group(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is fair among groups, and a message from the bus has no group."""
    export_id = _request_export(tenant, format="jsonl")
    (task,) = [json.loads(item["data"]["S"]) for item in items("TASK")]
    detail = {**json.loads(_message(tenant, export_id)), **task, "task": "export_audit"}
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(aws.sqs(), "send_message", lambda **request: sent.append(request))
    worked: list[str] = []

    def work(_tenant: object, export_id: str, _request_id: str) -> int:
        worked.append(export_id)
        return 5

    monkeypatch.setattr(writing, "work", work)

    _consume(json.dumps({"detail-type": "export_audit", "detail": detail}))
    assert worked == []
    _consume(sent[0]["MessageBody"])

    assert worked == [export_id]
    assert [(request["MessageGroupId"], request.get("DelaySeconds", 0)) for request in sent] == [
        (tenant.id, 0),
        (tenant.id, 5),
    ]


def _delayed() -> list[dict[str, Any]]:
    """The delayed messages, read from moto's own queue."""
    from moto.backends import get_backend
    from moto.core.models import DEFAULT_ACCOUNT_ID

    from tests.support.aws import REGION

    queue = get_backend("sqs")[DEFAULT_ACCOUNT_ID][REGION].queues["ExportQueue"]
    return [json.loads(message.body) for message in queue._messages if message.delayed]


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_runs_that_run_out_of_time_write_the_same_file(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    _, at_once = _exported(tenant, format=format_, created_before="2026-07-01T00:00:00Z")
    _parts_of(monkeypatch, 7000)
    body = _ready(tenant, format=format_, created_before="2026-07-01T00:00:00Z")
    monkeypatch.setattr(writing, "RUN_SECONDS", 0)
    for _ in range(30):  # each run adds one segment and then pauses
        _consume(body)
    assert _get(tenant, _id_in(body))["status"] == "running"
    monkeypatch.setattr(writing, "RUN_SECONDS", 840)

    _consume(body)

    export = _get(tenant, _id_in(body))
    assert export["status"] == "completed"
    assert _file(export) == at_once


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_an_export_killed_in_every_run_ends_with_the_same_file(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    _, at_once = _exported(tenant, format=format_, created_before="2026-07-01T00:00:00Z")
    _parts_of(monkeypatch, 20_000)
    monkeypatch.setattr(segments, "_MAX_PREFETCHED", 1)
    body = _ready(tenant, format=format_, created_before="2026-07-01T00:00:00Z")

    killed_at = 0
    while True:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                _consume(body)
            except Killed:
                continue
        break

    assert killed_at > 10
    _check_done(tenant, body, at_once)


@pytest.mark.parametrize("call_number", range(1, 45, 2))
def test_an_export_killed_once_at_any_call_ends_with_the_same_file(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    _parts_of(monkeypatch, 20_000)
    monkeypatch.setattr(segments, "_MAX_PREFETCHED", 1)
    body = _ready(tenant, format="jsonl")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        with pytest.raises(Killed):
            _consume(body)

    _consume(body)

    text = _file(_get(tenant, _id_in(body)))
    assert text.startswith(_lines(seeded))
    assert len(text.splitlines()) == SEEDED + 1
    _check_done(tenant, body, text)


def _check_done(tenant: Tenant, body: str, text: bytes) -> None:
    export = _get(tenant, _id_in(body))
    assert export["status"] == "completed"
    assert _file(export) == text
    assert export["manifest"]["files"][0]["sha256"] == hashlib.sha256(text).hexdigest()
    assert export["records"] == len(text.splitlines()) - (export["format"] == "csv")
    stored = [from_attributes(item) for item in items("AUDIT")]
    actions = [
        record["action"]
        for record in stored
        if record["resource"] == {"type": "audit_export", "id": export["id"]}
    ]
    assert sorted(map(str, actions)) == ["audit_export.completed", "audit_export.created"]


def test_a_concurrent_worker_does_not_change_the_file(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first part of one worker, another one completes the export."""
    _parts_of(monkeypatch, 20_000)
    body = _ready(tenant, format="jsonl")
    put_part = file.put_part
    rivals: list[int] = []

    def overtaken(*arguments: Any) -> None:
        put_part(*arguments)
        if not rivals:
            rivals.append(1)
            assert _consume(body) == {"batchItemFailures": []}

    monkeypatch.setattr(file, "put_part", overtaken)

    assert _consume(body) == {"batchItemFailures": []}

    assert _get(tenant, _id_in(body))["status"] == "completed"
    assert [json.loads(line)["seq"] for line in _file(_get(tenant, _id_in(body))).splitlines()] == list(
        range(1, SEEDED + 2)
    )
    assert len(_delayed()) == 1  # the losing worker checks again later


@pytest.mark.parametrize("after_parts", [1, 3])
def test_an_expired_upload_is_restarted(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch, after_parts: int
) -> None:
    _parts_of(monkeypatch, 20_000)
    body = _ready(tenant, format="csv")
    put_part = file.put_part

    def killed(*arguments: Any) -> None:
        put_part(*arguments)
        if arguments[2] == after_parts:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(file, "put_part", killed)
        with pytest.raises(Killed):
            _consume(body)
    bucket = settings.uploads_bucket()
    for upload in aws.s3_sdk().list_multipart_uploads(Bucket=bucket)["Uploads"]:
        aws.s3_sdk().abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])

    _consume(body)
    assert _get(tenant, _id_in(body))["status"] == "running"
    _consume(body)

    _check_done(tenant, body, _file(_get(tenant, _id_in(body))))
    rows = list(csv.DictReader(io.StringIO(_file(_get(tenant, _id_in(body))).decode(), newline="")))
    assert [int(row["seq"]) for row in rows] == list(range(1, SEEDED + 2))


def test_a_message_of_a_completed_export_changes_nothing(tenant: Tenant, seeded: list[chain.Record]) -> None:
    export, _ = _exported(tenant, format="jsonl")
    before = items()

    _consume(_message(tenant, export["id"]))

    assert items() == before
    assert peek("ExportQueue") == []


def _expire(tenant: Tenant, *segments_: tuple[int, int]) -> None:
    """Delete segments, as the bucket's lifecycle does after seven years."""
    for first, last in segments_:
        name = segment_object_key(tenant.in_mode("test"), first, last)
        aws.s3_sdk().delete_object(Bucket=settings.audit_bucket(), Key=name)


@pytest.mark.parametrize(
    ("filters", "records"),
    [
        ({}, SEEDED + 1 - 20),
        ({"created_after": rfc3339(chain.START), "created_before": rfc3339(chain.START + 30 * DAY)}, 9),
        ({"created_before": rfc3339(chain.START + 5 * DAY)}, 0),
    ],
    ids=str,
)
def test_the_manifest_has_the_expired_part_of_the_range(
    tenant: Tenant, seeded: list[chain.Record], filters: dict[str, str], records: int
) -> None:
    _expire(tenant, (1, 10), (11, 20))

    export, text = _exported(tenant, format="jsonl", **filters)

    manifest = export["manifest"]
    assert (manifest["complete"], manifest["expired_through_seq"]) == (False, 20)
    assert manifest["records"] == len(text.splitlines()) == records


def test_a_range_after_the_expired_records_is_complete(tenant: Tenant, seeded: list[chain.Record]) -> None:
    _expire(tenant, (1, 10), (11, 20))

    export, text = _exported(tenant, format="jsonl", created_after=rfc3339(chain.START + 100 * DAY))

    assert export["manifest"]["expired_through_seq"] is None
    assert len(text.splitlines()) == SEEDED + 1 - 99


def _sizes_of_parts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that receives the size of each part that is uploaded from now on."""
    sizes: list[int] = []
    put_part = file.put_part

    def measured(export_file: Any, upload_id: str, number: int, data: bytes) -> None:
        sizes.append(len(data))
        put_part(export_file, upload_id, number, data)

    monkeypatch.setattr(file, "put_part", measured)
    return sizes


def test_parts_grow_so_that_their_number_does_not_limit_the_rows(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    _parts_of(monkeypatch, 2000)
    monkeypatch.setattr(writing, "PART_GROWTH_BYTES", 2000)
    sizes = _sizes_of_parts(monkeypatch)
    longest = max(len(line) for line in _lines(seeded).splitlines(keepends=True))

    export, text = _exported(tenant, format="jsonl")

    assert sum(sizes) == len(text) == export["bytes"]
    assert len(sizes) > 5
    for number, size in enumerate(sizes[:-1]):
        assert 2000 * (number + 1) <= size < 2000 * (number + 1) + longest


def test_ten_thousand_parts_exceed_what_a_worker_writes_in_a_day_and_fit_into_its_memory() -> None:
    """The measured speed of a jsonl export is 732 MB in 31 s (docs/measurements.md)."""
    last = writing.PART_BYTES + 9_999 * writing.PART_GROWTH_BYTES
    total = 10_000 * (writing.PART_BYTES + last) / 2
    memory = functions()["WorkersExportAudit"]["MemorySize"] * 1024**2

    assert total > 732e6 / 31 * DEADLINE.total_seconds()
    assert total < 5 * 1024**4, "the maximum size of an object in S3"
    assert 2 * last + 200e6 < memory, "the open part and its copy for the upload"


def test_a_file_that_is_too_large_to_hash_in_a_run_is_completed_without_a_hash(
    tenant: Tenant, seeded: list[chain.Record], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(writing, "MAX_HASHED_BYTES", 1000)

    export, text = _exported(tenant, format="jsonl")

    (named,) = export["manifest"]["files"]
    assert (named["sha256"], named["bytes"]) == (None, len(text))
    (tmp_path / named["name"]).write_bytes(text)
    (tmp_path / "manifest.json").write_text(json.dumps(export["manifest"]))
    (tmp_path / "key.pem").write_text(export["manifest"]["checkpoint"]["public_key"])
    assert verify_audit.main([str(tmp_path), "--public-key", str(tmp_path / "key.pem")]) == 0


def test_an_archive_with_a_gap_is_not_exported(tenant: Tenant, seeded: list[chain.Record]) -> None:
    body = _ready(tenant, format="jsonl")
    name = segment_object_key(tenant.in_mode("test"), 101, 110)
    aws.s3_sdk().delete_object(Bucket=settings.audit_bucket(), Key=name)

    assert _consume(body)["batchItemFailures"]

    assert _get(tenant, _id_in(body))["status"] == "running"


def test_an_archive_with_an_incomplete_segment_is_not_exported(
    tenant: Tenant, seeded: list[chain.Record]
) -> None:
    body = _ready(tenant, format="csv")
    name = segment_object_key(tenant.in_mode("test"), 101, 110)
    aws.s3_sdk().put_object(Bucket=settings.audit_bucket(), Key=name, Body=chain.segment(seeded[100:109]))

    assert _consume(body)["batchItemFailures"]


def test_an_export_fails_after_a_day(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from eal.core import clock

    export_id = _request_export(tenant, format="jsonl")
    real = clock.now
    monkeypatch.setattr("eal.core.clock.now", lambda: real() + timedelta(hours=25))

    assert _consume(_message(tenant, export_id))["batchItemFailures"]

    assert _get(tenant, export_id)["status"] == "failed"


def test_the_last_receive_fails_the_export_and_frees_its_slot_and_a_redrive_completes_it(
    tenant: Tenant, seeded: list[chain.Record]
) -> None:
    body = _ready(tenant, format="jsonl")
    others = [_request_export(tenant, format="jsonl", action=f"lead.{number}") for number in range(2)]
    name = segment_object_key(tenant.in_mode("test"), 101, 110)
    lost = aws.s3_sdk().get_object(Bucket=settings.audit_bucket(), Key=name)["Body"].read()
    aws.s3_sdk().delete_object(Bucket=settings.audit_bucket(), Key=name)
    last = resources("AWS::SQS::Queue")["ExportQueue"]["RedrivePolicy"]["maxReceiveCount"]
    for received in range(1, last):
        assert _consume(body, received)["batchItemFailures"]
    assert _get(tenant, _id_in(body))["status"] == "running"

    assert _consume(body, last)["batchItemFailures"], "the message goes to the dead letters"

    assert _get(tenant, _id_in(body))["status"] == "failed"
    assert _request_export(tenant, format="csv") not in others
    log = call("GET", "/v1/audit-log?action=audit_export.failed", key=tenant.test_admin).json["data"]
    assert [record["changes"] for record in log] == [[{"field": "status", "from": "running", "to": "failed"}]]
    aws.s3_sdk().put_object(Bucket=settings.audit_bucket(), Key=name, Body=lost)
    assert not _consume(body)["batchItemFailures"], "the message was put back"
    assert _get(tenant, _id_in(body))["status"] == "completed"


def test_test_and_live_mode_are_separate(tenant: Tenant, seeded: list[chain.Record]) -> None:
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "live@example.com"})
    response = call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body={"format": "jsonl"})
    Pipeline().run()

    live = call("GET", f"/v1/audit-log/exports/{response.json['id']}", key=tenant.admin).json
    records = [json.loads(line) for line in _file(live).splitlines()]
    assert {record["mode"] for record in records} == {"live"}
    assert "lead.created" in {record["action"] for record in records}
    missing = call("GET", f"/v1/audit-log/exports/{response.json['id']}", key=tenant.test_admin)
    assert (missing.status, missing.error) == (404, "not_found")
