"""An export: its request, its progress, and its manifest."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from eal.core.clock import Instant, rfc3339
from eal.core.schema import Field
from eal.core.table.item import Item
from eal.domain.audit_log.model import AuditLogFilters, Checkpoint

type Format = Literal["csv", "jsonl"]
type Status = Literal["queued", "running", "completed", "failed"]

RETENTION = timedelta(days=7)
"""Time for which the file can be downloaded. The bucket's lifecycle rule has the same time."""
DEADLINE = timedelta(hours=24)
"""An export that is not completed by then has failed. Its messages are in the dead-letter queue, which has an alarm."""
REPEAT_WINDOW = timedelta(minutes=5)
"""Time within which an equal request is a retry. A later one is for a new export, up to the current end of the log."""


class AuditExportFilters(AuditLogFilters):
    created_after: Annotated[Instant | None, Field(description="Inclusive.")] = None
    created_before: Annotated[Instant | None, Field(description="Exclusive.")] = None

    @property
    def is_empty(self) -> bool:
        return all(value is None for _, value in self)

    def covers(self, item: Item) -> bool:
        """Whether a record was created in the range."""
        # Compared as text: all times have milliseconds and a Z, so they sort as text, and a million need no parsing.
        created_at = str(item["created_at"])
        return (self.created_after is None or created_at >= rfc3339(self.created_after)) and (
            self.created_before is None or created_at < rfc3339(self.created_before)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    name: str
    bytes: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportManifest:
    """`complete`: the file has the whole chain, because the export has no filter and no record has expired.

    `expired_through_seq` is the last record at the beginning of the range that is past its retention.
    """

    files: tuple[ExportedFile, ...]
    records: int
    first_seq: int | None = None
    last_seq: int | None = None
    expired_through_seq: int | None = None
    complete: bool
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The worker's progress: the finished parts in S3, and the position in the segments from which to resume.

    `size` is the number of records of the log that are exported, those of `checkpoint`. `segment` is the number of the
    first record of the segment from which to resume, `next_seq` the first record that is not in a finished part or the
    tail. `expired` is the number of records at the beginning of the log that the archive no longer has.
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
    manifest: ExportManifest | None = None
    version: int = 1

    @property
    def expires_at(self) -> datetime | None:
        return self.completed_at + RETENTION if self.completed_at else None

    def status(self, progress: Progress | None, now: datetime) -> Status:
        if self.completed_at:
            return "completed"
        if self.failed_at or now - self.created_at > DEADLINE:
            return "failed"
        return "running" if progress else "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """The request of an open export."""

    format: Format
    filters: AuditExportFilters
    created_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenExports:
    """A tenant's open exports, by id. An export past its deadline stays until the next request."""

    exports: dict[str, ExportRequest] = field(default_factory=dict)
    version: int = 0
