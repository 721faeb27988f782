"""The archive: audit records as locked objects in S3, seven years, without a gap and without an overlap.

A tenant's and mode's records go out in segments `audit/{org}/{mode}/{first}-{last}.jsonl.gz`. A head item says how far
the archive has come. A segment is planned on the head before it is written: whoever is killed between, the next run
writes the very same object again, and two runs at once write the same one.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from eal import aws, clock, observe, settings
from eal.audit import HASHED_FIELDS
from eal.table import progress
from eal.table.item import dump, from_attributes, load, to_attributes
from eal.table.keys import Key, Mode, key, partition
from eal.table.read import get
from eal.table.write import Stale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.table.item import Item

MOST_IN_A_SEGMENT = 1000


class Incomplete(Exception):
    """The index does not show all of a planned segment's records yet: the message comes again."""


def archive(organization_id: str, mode: Mode) -> int:
    """Write all that is numbered and not archived yet. Returns how many records that were.

    Raises: Incomplete; Stale where another run archives the same records at this moment.
    """
    at = key(organization_id, mode, "ARCHIVE", "head")
    written = 0
    while True:
        head = load(_Head, get(at) or {})
        records = _numbered_after(organization_id, mode, head)
        if head.planned is None:
            if not records:
                return written
            head = _move(at, head, archived=head.archived, planned=head.archived + len(records))
        elif len(records) != head.planned - head.archived:
            raise Incomplete(f"records {head.archived + 1} to {head.planned} are not all readable yet")
        _put_segment(organization_id, mode, records)
        _move(at, head, archived=head.archived + len(records), planned=None)
        written += len(records)
        observe.count("audit_archived", len(records))


def segment_name(organization_id: str, mode: Mode, first: int, last: int) -> str:
    return f"audit/{organization_id}/{mode}/{first:012d}-{last:012d}.jsonl.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """`archived` is the last record in the bucket, `planned` the last one of the segment that is being written."""

    archived: int = 0
    planned: int | None = None
    version: int = 0


def _move(at: Key, head: _Head, *, archived: int, planned: int | None) -> _Head:
    moved = _Head(archived=archived, planned=planned, version=head.version + 1)
    item = {**at._asdict(), "kind": "ARCHIVE", **dump(moved)}
    if not (progress.advance(item, was=head.version) if head.version else progress.start(item)):
        raise Stale
    return moved


def _numbered_after(organization_id: str, mode: Mode, head: _Head) -> list[Item]:
    """The records after the archived ones, as far as they have no gap, to the planned one or a segment's limit."""
    first, last = head.archived + 1, head.planned or head.archived + MOST_IN_A_SEGMENT
    found: list[Item] = []
    start: dict[str, object] = {}
    while True:
        answer = aws.dynamodb().query(
            TableName=settings.state_table(),
            IndexName="feed",
            KeyConditionExpression="feedpk = :pk AND feedsk BETWEEN :first AND :last",
            ExpressionAttributeValues=to_attributes(
                {":pk": partition(organization_id, mode, "AUDIT"), ":first": first, ":last": last}
            ),
            **start,  # type: ignore[arg-type]
        )
        for attributes in answer["Items"]:
            item = from_attributes(attributes)
            if item["seq"] != first + len(found):
                return found
            found.append(item)
        if not answer.get("LastEvaluatedKey"):
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _put_segment(organization_id: str, mode: Mode, records: Sequence[Item]) -> None:
    import rfc8785

    lines = b"".join(
        rfc8785.dumps({name: record[name] for name in (*HASHED_FIELDS, "hash") if name in record}) + b"\n"
        for record in records
    )
    newest = max(clock.parse(cast("str", record["created_at"])) for record in records)
    first, last = cast("int", records[0]["seq"]), cast("int", records[-1]["seq"])
    try:
        aws.s3().put_object(
            Bucket=settings.audit_bucket(),
            Key=segment_name(organization_id, mode, first, last),
            Body=gzip.compress(lines, mtime=0),
            ContentType="application/x-ndjson",
            ContentEncoding="gzip",
            ObjectLockMode=settings.audit_lock_mode(),  # type: ignore[arg-type]
            ObjectLockRetainUntilDate=newest + timedelta(days=settings.audit_retention_days()),
            IfNoneMatch="*",
        )
    except ClientError as refused:
        # The same segment was written by a run that was killed before it could say so.
        if refused.response.get("Error", {}).get("Code") != "PreconditionFailed":
            raise
