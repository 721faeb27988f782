"""The audit archive as an auditor gets it: the bucket's objects as a folder of files, and the verifier's verdict."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eal.core import aws, settings
from tests.support.http import call, load_app
from tests.support.pipeline import peek, sqs_event
from tools import verify_audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.support.pipeline import Pipeline
    from tests.support.tenants import Tenant

type Record = dict[str, Any]


def enqueue() -> list[str]:
    """Run the hourly run. Returns the messages for the worker that signs checkpoints."""
    load_app("workers/enqueue_checkpoints").handler({}, None)
    return [json.dumps(message) for message in peek("CheckpointQueue")]


def sign(messages: list[str] | None = None) -> int:
    """Pass the messages, by default those of an hourly run, to the worker. Returns how many failed."""
    failed = 0
    for message in enqueue() if messages is None else messages:
        response = load_app("workers/sign_checkpoints").handler(sqs_event("CheckpointQueue", [message]), None)
        failed += len(response["batchItemFailures"])
    return failed


def grow(tenant: Tenant, pipeline: Pipeline, count: int) -> None:
    """Create `count` leads and archive their audit records."""
    start = len(call("GET", "/v1/leads?limit=200", key=tenant.admin).json["data"])
    for number in range(start, start + count):
        response = call("POST", "/v1/leads", key=tenant.admin, json_body={"email": f"a{number}@example.com"})
        assert response.status == 201, response.text
    pipeline.run()


def download(folder: Path) -> None:
    bucket = settings.audit_bucket()
    for page in aws.s3_sdk().get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for stored in page.get("Contents", []):
            path = folder / stored["Key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(aws.s3_sdk().get_object(Bucket=bucket, Key=stored["Key"])["Body"].read())


@dataclass(frozen=True)
class Copy:
    """A folder of files, to tamper with."""

    folder: Path
    key: Path

    def segments(self) -> list[Path]:
        return sorted(self.folder.rglob("*.jsonl.gz"))

    def checkpoints(self) -> list[Path]:
        return sorted(self.folder.rglob("checkpoints/**/*.json"))

    def records(self) -> list[Record]:
        return [record for path in self.segments() for record in read(path)]

    def change(self, changes: Callable[[list[Record]], object]) -> None:
        """Run `changes` over the records. Each file keeps its number of records; the last one gets the rest."""
        records = self.records()
        changes(records)
        paths = self.segments()
        for path in paths:
            count = len(read(path)) if path != paths[-1] else len(records)
            write(path, records[:count])
            del records[:count]

    def verdict(self, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
        """The verifier's exit status and output."""
        capsys.readouterr()
        status = verify_audit.main([str(self.folder), "--public-key", str(self.key), *more])
        return status, capsys.readouterr().out.strip()


def read(path: Path) -> list[Record]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def write(path: Path, records: list[Record]) -> None:
    """Write the file under the name of its records. Without records, the file is deleted."""
    path.unlink()
    if records:
        first, last = records[0]["seq"], records[0]["seq"] + len(records) - 1
        lines = b"".join(verify_audit.canonical(record) + b"\n" for record in records)
        path.with_name(f"{first:012d}-{last:012d}.jsonl.gz").write_bytes(gzip.compress(lines))
