"""An export: what it is asked to hold, how far it has come, and what it held in the end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from eal.core.clock import Instant, parse, rfc3339
from eal.core.table.item import Item
from eal.domain.audit_log.model import AuditLogFilters, Checkpoint

type Format = Literal["csv", "jsonl"]
type Status = Literal["queued", "running", "completed", "failed"]

KEPT = timedelta(days=7)
"""How long the file can be fetched. The bucket's lifecycle rule says the same."""
GIVEN_UP = timedelta(hours=24)
"""An export that is not done by then has failed: its messages lie in the dead-letter queue, and an alarm tells."""
RETRIED = timedelta(minutes=5)
"""Who asks for the same export within this time has not heard of the first; who asks later wants the log up to then."""


class AuditExportFilters(AuditLogFilters):
    created_after: Annotated[Instant | None, Field(description="Inclusive.")] = None
    created_before: Annotated[Instant | None, Field(description="Exclusive.")] = None

    @property
    def is_empty(self) -> bool:
        return all(value is None for _, value in self)

    def covers(self, item: Item) -> bool:
        """Whether a record was made in the range."""
        # Texts, not times: each has three digits and a Z, so they sort as times do, and a million need no parsing.
        at = str(item["created_at"])
        return (self.created_after is None or at >= rfc3339(self.created_after)) and (
            self.created_before is None or at < rfc3339(self.created_before)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`complete` where no filter was given: the chain from its first record to its last, with none left out.

    `expired_through_seq` is the last record of the asked range's beginning that was past its retention already.
    """

    files: tuple[File, ...]
    records: int
    first_seq: int | None = None
    last_seq: int | None = None
    expired_through_seq: int | None = None
    complete: bool
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the worker has come: what lies in S3 as finished parts, and where in the segments to go on.

    `size` is how many records the log is exported of, those that `checkpoint` states. `segment` is the first record's
    number of the segment to go on in, `next_seq` the first record that no finished part (or tail) holds. `expired` is
    how many records at the log's beginning the archive does not hold any more.
    """

    checkpoint: Checkpoint
    upload_id: str
    segment: int
    next_seq: int
    expired: int = 0
    parts: int = 0
    tail: str | None = None
    records: int = 0
    bytes: int = 0
    first_seq: int | None = None
    last_seq: int | None = None
    is_written: bool = False
    version: int = 1

    @property
    def size(self) -> int:
        return self.checkpoint.size


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExport:
    id: str
    format: Format
    filters: AuditExportFilters
    created_at: Instant
    completed_at: Instant | None = None
    failed_at: Instant | None = None
    manifest: Manifest | None = None
    version: int = 1

    @property
    def expires_at(self) -> datetime | None:
        return self.completed_at + KEPT if self.completed_at else None

    def status(self, progress: Progress | None, now: datetime) -> Status:
        if self.completed_at:
            return "completed"
        if self.failed_at or now - self.created_at > GIVEN_UP:
            return "failed"
        return "running" if progress else "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an export that is not done was asked for."""

    format: Format
    filters: AuditExportFilters
    created_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenExports:
    """A tenant's and mode's exports that are not done, by id. One that was given up stays until the next is asked."""

    exports: dict[str, Asked] = field(default_factory=dict)
    version: int = 0


def created_at(item: Item) -> datetime:
    return parse(str(item["created_at"]))
