"""The archive: audit records as locked objects in S3, seven years, without a gap and without an overlap.

A tenant's and mode's records go out in segments `audit/{org}/{mode}/{first}-{last}.jsonl.gz`, and join the Merkle tree
in the same order. A head item says how far the archive has come. A segment is planned on the head before it is
written: whoever is killed between, the next run writes the very same object and the same tiles again, and two runs at
once write the same ones. Checkpoints go out as `checkpoints/{org}/{mode}/{size}.json`: the record of a signing brings
a run here, as every audit record does.
"""

from __future__ import annotations

import gzip
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from eal.core import aws, clock, observe, settings
from eal.core.audit import HASHED_FIELDS
from eal.core.table import progress
from eal.core.table.item import dump, load
from eal.core.table.keys import partition
from eal.core.table.read import get, get_all, walk
from eal.core.table.write import Stale
from eal.domain.audit_log import checkpoints, tree, waiting
from eal.domain.audit_log.model import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

MOST_IN_A_SEGMENT = 1000
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between looks at an index that lacks numbered records, which of a busy log it often does for a moment."""


class Incomplete(Exception):
    """Numbered records are not archived: the index does not show them yet, or time is up. The message comes again."""


def archive(tenant: Tenant, ends: float = inf) -> int:
    """Write all that is numbered and not archived yet. Returns how many records that were.

    No segment is begun after `ends`, of `time.monotonic`.

    Raises: Incomplete; tree.Broken; Stale where another run archives the same records at this moment.
    """
    log = _Log.open(tenant)
    written = _archived(log, ends)
    for seconds in _WAITS:
        if log.is_complete or time.monotonic() >= ends:
            break
        time.sleep(seconds)
        written += _archived(log, ends)
    for checkpoint in log.unkept():
        _put_checkpoint(checkpoint)
        log.move(kept=checkpoint.id)
    log.settle()
    return written


def _archived(log: _Log, ends: float) -> int:
    """Write what the index shows by now."""
    written = 0
    while time.monotonic() < ends and (records := log.next_records()):
        _put_segment(log.tenant, records)
        hashes = [cast("str", record["hash"]) for record in records]
        tree.extend(log.tenant, log.head.archived, hashes)
        log.move(
            archived=log.head.archived + len(records),
            planned=None,
            calling=max(
                [log.head.calling, *(cast("int", one["seq"]) for one in records if _needs_checkpoint(one))]
            ),
        )
        written += len(records)
        observe.count("audit_archived", len(records))
    return written


def _needs_checkpoint(record: Item) -> bool:
    """All records do, but those that tell of the last checkpoint."""
    return record["action"] != checkpoints.SIGNED_ACTION


def segment_name(tenant: Tenant, first: int, last: int) -> str:
    return f"audit/{tenant.organization_id}/{tenant.mode}/{first:012d}-{last:012d}.jsonl.gz"


def checkpoint_name(tenant: Tenant, size: int) -> str:
    return f"checkpoints/{tenant.organization_id}/{tenant.mode}/{size:012d}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """`archived` is the last record in the bucket and in the tree, `planned` the last one of the segment that is being
    written, `calling` the last archived one that needs a checkpoint, `kept` the last checkpoint in the bucket."""

    archived: int = 0
    planned: int | None = None
    calling: int = 0
    kept: str | None = None
    version: int = 0


@dataclass(slots=True)
class _Log:
    """One tenant's and mode's log, as this run found it and moved it on. `numbered` is the last number given by then,
    `is_marked` whether the log waits for the archive."""

    tenant: Tenant
    numbered: int
    is_marked: bool
    head: _Head
    newest: Checkpoint | None

    @classmethod
    def open(cls, tenant: Tenant) -> _Log:
        # The numbers first: what was signed up to the last of them is then among the newest checkpoints.
        numbers = get(waiting.numbers(tenant)) or {}
        head, newest = get_all(checkpoints.standing_at(tenant))
        return cls(
            tenant,
            cast("int", numbers.get("last", 0)),
            "gsi1pk" in numbers,
            load(_Head, head or {}),
            load(Checkpoint, newest) if newest else None,
        )

    def next_records(self) -> list[Item]:
        """The next segment's records, planned on the head; none where all are archived. Raises: Incomplete, Stale."""
        records = _numbered_after(self.tenant, self.head)
        if self.head.planned is None:
            if records:
                self.move(planned=self.head.archived + len(records))
        elif len(records) != self.head.planned - self.head.archived:
            raise Incomplete(
                f"records {self.head.archived + 1} to {self.head.planned} are not all readable yet"
            )
        return records

    @property
    def is_complete(self) -> bool:
        """Whether all that was numbered when the run began is archived."""
        return self.head.archived >= self.numbered

    def unkept(self) -> list[Checkpoint]:
        """The checkpoints that were signed since the last one that is in the bucket, the oldest first."""
        if self.newest is None or self.newest.id == self.head.kept:
            return []
        return checkpoints.signed_after(self.tenant, self.head.kept)

    def settle(self) -> None:
        """Nothing waits any more, unless more was numbered meanwhile, which has a message of its own.

        Raises: Incomplete.
        """
        if not self.is_complete:
            raise Incomplete(
                f"records {self.head.archived + 1} to {self.numbered} are not readable yet, or time is up"
            )
        if not self.is_marked or self.head.archived > self.numbered:
            return
        done = progress.Change(
            key=waiting.numbers(self.tenant),
            expression="REMOVE gsi1pk, gsi1sk",
            condition="#last = :archived",
            names={"#last": "last"},
            values={":archived": self.head.archived},
        )
        # Refused where the next records are being numbered.
        with suppress(progress.ConditionFailed, aws.dynamodb().exceptions.TransactionConflictException):
            progress.change(done)

    def move(self, **changed: object) -> None:
        """Raises: Stale."""
        moved = replace(self.head, **changed, version=self.head.version + 1)  # type: ignore[arg-type]
        at = checkpoints.archive_head(self.tenant)
        item: Item = {**at._asdict(), "kind": "ARCHIVE", **dump(moved)}
        if moved.calling > (self.newest.size if self.newest else 0):
            item |= checkpoints.unsigned(self.tenant)
        if not progress.advance(item, was=self.head.version):
            raise Stale
        self.head = moved


def _numbered_after(tenant: Tenant, head: _Head) -> list[Item]:
    """The records after the archived ones, as far as they have no gap, to the planned one or a segment's limit."""
    first, last = head.archived + 1, head.planned or head.archived + MOST_IN_A_SEGMENT
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
        segment_name(tenant, first, last),
        gzip.compress(lines, mtime=0),
        newest,
        ContentType="application/x-ndjson",
        ContentEncoding="gzip",
    )


def _put_checkpoint(checkpoint: Checkpoint) -> None:
    name = checkpoint_name(checkpoint.tenant, checkpoint.size)
    _put_locked(name, checkpoint.document(), checkpoint.signed_at, ContentType="application/json")


def _put_locked(name: str, body: bytes, since: datetime, **headers: str) -> None:
    """An object that nobody can change or delete until the retention's end, counted from `since`."""
    try:
        aws.s3().put_object(
            Bucket=settings.audit_bucket(),
            Key=name,
            Body=body,
            ObjectLockMode=settings.audit_lock_mode(),  # type: ignore[arg-type]
            ObjectLockRetainUntilDate=since + timedelta(days=settings.audit_retention_days()),
            IfNoneMatch="*",
            **headers,  # type: ignore[arg-type]
        )
    except ClientError as refused:
        # The same object was written by a run that was killed before it could say so.
        if refused.response.get("Error", {}).get("Code") != "PreconditionFailed":
            raise
