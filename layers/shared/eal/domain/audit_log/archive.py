"""The archive: audit records under S3 Object Lock, for seven years, without gaps or overlaps.

A tenant's records are written in segments `audit/{org}/{mode}/{first}-{last}.jsonl.gz` and added to the Merkle tree in
the same order. A head item has the progress of the archive. A segment is planned on the head before it is written: if a
run is killed in between, the next one writes the identical object and tiles, and so do concurrent runs. Checkpoints are
written as `checkpoints/{org}/{mode}/{size}.json`. Their signing causes a run, because it has an audit record.
"""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, inf
from typing import TYPE_CHECKING, cast

from eal.core import aws, clock, observe, settings
from eal.core.audit import HASHED_FIELDS
from eal.core.clock import Instant  # noqa: TC001 - pydantic resolves the annotation
from eal.core.errors import Unavailable
from eal.core.table import contention, progress
from eal.core.table.item import dump, load
from eal.core.table.keys import partition
from eal.core.table.read import get, get_all, walk
from eal.core.table.write import Stale
from eal.domain.audit_log import checkpoints, tree, waiting
from eal.domain.audit_log.model import Checkpoint
from eal.domain.audit_log.segments import LATE_SECONDS, MAX_RECORDS_PER_SEGMENT, created_at_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

_INDEX_DELAYS_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Waits for an index that lacks numbered records, as the index of a busy log often does for a moment."""


class Incomplete(Exception):
    """Numbered records are not archived: the index lacks them, or the deadline passed. The message is retried."""


def archive(tenant: Tenant, request_id: str, deadline: float = inf) -> int:
    """Archive all numbered records, and return their number.

    No segment is begun after `deadline`, a `time.monotonic`. If records are numbered during the run, another message
    is enqueued for them, with the request id.

    Raises: Incomplete; tree.Broken; Stale if a concurrent run archives the same records.
    """
    log = _Log.open(tenant)
    written = _archive_readable(log, deadline)
    for seconds in _INDEX_DELAYS_SECONDS:
        if log.is_complete or time.monotonic() >= deadline:
            break
        time.sleep(seconds)
        written += _archive_readable(log, deadline)
    for checkpoint in log.unarchived_checkpoints():
        _put_checkpoint(checkpoint)
        log.advance(last_stored_checkpoint=checkpoint.id)
    if not log.remove_mark():
        aws.sqs().send_message(
            QueueUrl=settings.queue("audit"), MessageBody=waiting.message(tenant, request_id)
        )
    return written


def _archive_readable(log: _Log, deadline: float) -> int:
    """Archive the records that the index has now."""
    written = 0
    while time.monotonic() < deadline and (records := log.next_records()):
        _put_segment(log.tenant, records)
        hashes = [cast("str", record["hash"]) for record in records]
        tree.extend(log.tenant, log.head.archived, hashes)
        to_sign = [cast("int", record["seq"]) for record in records if _needs_checkpoint(record)]
        log.advance(
            archived=log.head.archived + len(records),
            segment_end=None,
            last_to_sign=max([log.head.last_to_sign, *to_sign]),
            **_lateness(log.head, records),
        )
        written += len(records)
        observe.count("audit_archived", len(records))
    return written


def _needs_checkpoint(record: Item) -> bool:
    """All records need a checkpoint, except the records of signed checkpoints."""
    return record["action"] != checkpoints.SIGNED_ACTION


def _lateness(head: _Head, records: Sequence[Item]) -> dict[str, object]:
    newest, late_seconds = head.newest, head.late_seconds
    for created_at in map(created_at_of, records):
        newest = max(newest or created_at, created_at)
        late_seconds = max(late_seconds, ceil((newest - created_at).total_seconds()))
    return {"newest": newest, "late_seconds": late_seconds}


def segment_object_key(tenant: Tenant, first: int, last: int) -> str:
    return f"audit/{tenant.organization_id}/{tenant.mode}/{first:012d}-{last:012d}.jsonl.gz"


def checkpoint_object_key(tenant: Tenant, size: int) -> str:
    return f"checkpoints/{tenant.organization_id}/{tenant.mode}/{size:012d}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """`archived` is the last record in the bucket and the tree, `segment_end` the last record of the segment in
    progress, `last_to_sign` the last archived record that needs a checkpoint, `last_stored_checkpoint` the last
    checkpoint in the bucket.

    `newest` is the latest creation time in the archive. No record was created more than `late_seconds` before a record
    with a lower number: the relay numbers a record within seconds, and later after a failure.
    """

    archived: int = 0
    segment_end: int | None = None
    last_to_sign: int = 0
    last_stored_checkpoint: str | None = None
    newest: Instant | None = None
    late_seconds: int = LATE_SECONDS
    version: int = 0


@dataclass(slots=True)
class _Log:
    """One tenant's log and the progress of this run. `numbered` is the last number assigned before the run, and
    `is_marked` whether the log had the mark of unarchived records (`eal.domain.audit_log.waiting`)."""

    tenant: Tenant
    numbered: int
    is_marked: bool
    head: _Head
    newest: Checkpoint | None

    @classmethod
    def open(cls, tenant: Tenant) -> _Log:
        # The sequence is read first, so that `newest` covers every checkpoint signed up to its last number.
        sequence = get(waiting.sequence_key(tenant)) or {}
        head, newest = get_all(checkpoints.log_state_keys(tenant))
        return cls(
            tenant,
            cast("int", sequence.get("last", 0)),
            waiting.is_marked(sequence),
            load(_Head, head or {}),
            load(Checkpoint, newest) if newest else None,
        )

    def next_records(self) -> list[Item]:
        """The records of the next segment, planned on the head; empty if none is left. Raises: Incomplete, Stale."""
        records = _numbered_after(self.tenant, self.head)
        if self.head.segment_end is None:
            if records:
                self.advance(segment_end=self.head.archived + len(records))
        elif len(records) != self.head.segment_end - self.head.archived:
            raise Incomplete(
                f"records {self.head.archived + 1} to {self.head.segment_end} are not all readable yet"
            )
        return records

    @property
    def is_complete(self) -> bool:
        """Whether all records that were numbered before the run are archived."""
        return self.head.archived >= self.numbered

    def unarchived_checkpoints(self) -> list[Checkpoint]:
        """The checkpoints after the last one in the bucket, oldest first."""
        if self.newest is None or self.newest.id == self.head.last_stored_checkpoint:
            return []
        return checkpoints.signed_after(self.tenant, self.head.last_stored_checkpoint)

    def remove_mark(self) -> bool:
        """Remove the mark of unarchived records. False if it stays, because newer records are numbered.

        Raises: Incomplete.
        """
        if not self.is_complete:
            raise Incomplete(
                f"records {self.head.archived + 1} to {self.numbered} are not readable yet, or the deadline passed"
            )
        if not self.is_marked:
            return True  # the relay enqueues a message when it sets the mark
        removal = progress.ItemChange(
            key=waiting.sequence_key(self.tenant),
            expression=f"REMOVE {waiting.MARK}",
            condition="#last = :archived",
            names={"#last": "last"},
            values={":archived": self.head.archived},
        )
        try:
            progress.change(removal)
        except (progress.ConditionFailed, aws.dynamodb().exceptions.TransactionConflictException):
            return False  # the next records are numbered, or are being numbered
        return True

    def advance(self, **changed: object) -> None:
        """Raises: Stale."""
        advanced = replace(self.head, **changed, version=self.head.version + 1)  # type: ignore[arg-type]
        item: Item = {
            **checkpoints.archive_head_key(self.tenant)._asdict(),
            "kind": "ARCHIVE",
            **dump(advanced),
        }
        if not progress.advance(item, was=self.head.version):
            raise Stale
        self.head = advanced


def _numbered_after(tenant: Tenant, head: _Head) -> list[Item]:
    """The records after the archived ones up to the first gap, the planned record, or the limit of a segment."""
    first, last = head.archived + 1, head.segment_end or head.archived + MAX_RECORDS_PER_SEGMENT
    found: list[Item] = []
    values: Item = {":pk": partition(tenant, "AUDIT"), ":first": first, ":last": last}
    for item in walk("feedpk = :pk AND feedsk BETWEEN :first AND :last", values, index="feed"):
        if item["seq"] != first + len(found):
            break
        found.append(item)
    return found


def _put_segment(tenant: Tenant, records: Sequence[Item]) -> None:
    import rfc8785

    lines = b"".join(
        rfc8785.dumps({name: record[name] for name in (*HASHED_FIELDS, "hash") if name in record}) + b"\n"
        for record in records
    )
    newest = max(clock.parse(cast("str", record["created_at"])) for record in records)
    first, last = cast("int", records[0]["seq"]), cast("int", records[-1]["seq"])
    _put_locked(
        segment_object_key(tenant, first, last),
        gzip.compress(lines, mtime=0),
        newest,
        ContentType="application/x-ndjson",
        ContentEncoding="gzip",
    )


def _put_checkpoint(checkpoint: Checkpoint) -> None:
    object_key = checkpoint_object_key(checkpoint.tenant, checkpoint.size)
    _put_locked(object_key, checkpoint.document(), checkpoint.signed_at, ContentType="application/json")


def _put_locked(object_key: str, body: bytes, since: datetime, **headers: str) -> None:
    """Put an object that cannot be changed or deleted during the retention, which begins at `since`."""
    for attempt in range(contention.ATTEMPTS):
        try:
            aws.s3().put_object(
                Bucket=settings.audit_bucket(),
                Key=object_key,
                Body=body,
                ObjectLockMode=settings.audit_lock_mode(),  # type: ignore[arg-type]
                ObjectLockRetainUntilDate=since + timedelta(days=settings.audit_retention_days()),
                IfNoneMatch="*",
                **headers,  # type: ignore[arg-type]
            )
            return
        except aws.Refused as refused:
            if refused.code == "PreconditionFailed":
                return  # a run that was killed before it advanced the head has written the identical object
            # S3's response while another run writes the same object: "you should retry the upload" (API reference).
            if refused.code != "ConditionalRequestConflict":
                raise
        contention.pause(attempt)
    raise Unavailable
