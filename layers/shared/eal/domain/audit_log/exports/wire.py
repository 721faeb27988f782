"""Exports, as the API accepts and returns them."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal, Self

from eal.core.clock import Instant
from eal.core.schema import ConfigDict
from eal.core.wire import Wire
from eal.domain.audit_log.exports.model import (
    AuditExport,
    AuditExportFilters,
    Format,
    Progress,
    Status,
)
from eal.domain.audit_log.wire import AuditLogQuery, CheckpointView

URL_LIFETIME = timedelta(hours=1)


class AuditLogCsvQuery(AuditExportFilters):
    """The filters and order of the list, without pages."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    order: Literal["asc", "desc"] = "desc"
    """By creation time; newest first by default."""

    def as_list(self) -> AuditLogQuery:
        return AuditLogQuery.model_validate(dict(self))

    def filters(self) -> AuditExportFilters:
        return AuditExportFilters.model_validate({name: value for name, value in self if name != "order"})


class AuditExportCreate(AuditExportFilters):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    format: Format
    """`jsonl`: the archived records, byte for byte, for verification. `csv`: for spreadsheets."""

    def filters(self) -> AuditExportFilters:
        return AuditExportFilters.model_validate({name: value for name, value in self if name != "format"})


class ExportFileView(Wire):
    name: str
    """The name of the file, such as `audit-log-exp_….csv`."""
    sha256: str | None
    """The hex SHA-256 of the stored file. Null if it is larger than 40 GB: verify the records of such a file by their
    hash chain and the checkpoint."""
    bytes: int
    """The size of the file in bytes."""


class ManifestView(Wire):
    """The content of the export's file, and the signed checkpoint of the log that it was taken from."""

    files: list[ExportFileView]
    """The exported file: always exactly one."""
    records: int
    """The number of records in the file."""
    first_seq: int | None
    """The `seq` of the first record in the file. Null if there is none."""
    last_seq: int | None
    """The `seq` of the last record in the file. Null if there is none."""
    expired_through_seq: int | None
    """Records up to this `seq` are past their retention and missing from the file. Null if the archive has the whole
    range."""
    complete: bool
    """True if the file has the whole chain up to `checkpoint.size`: no filter was given and no record has expired."""
    checkpoint: CheckpointView
    """The signed checkpoint of the log that the file was taken from."""


class AuditExportView(Wire):
    """An export of the audit log. The file has the records in the order of `seq`, oldest first, up to the `size` of the
    manifest's checkpoint, which includes the record of the export's own creation.
    """

    changes_by_itself: ClassVar[bool] = True  # its progress and URL change without a new version

    id: str
    status: Status
    """`queued`: not begun yet. `failed`: given up, after 24 hours at the latest; create a new export."""
    format: Format
    """`jsonl`: the archived records, byte for byte, for verification. `csv`: for spreadsheets."""
    filters: AuditExportFilters
    """The filters as requested; all are null if none was given."""
    records: int
    """The number of records; while the export runs, the number so far."""
    bytes: int
    """The size of the file in bytes; while the export runs, the size so far."""
    url: str | None
    """The download URL, which needs no API key. It is valid for one hour and new in every response; if it is refused
    earlier, get the export again."""
    url_expires_at: Instant | None
    """When `url` expires. Both are null before the export is completed and after `expires_at`."""
    manifest: ManifestView | None
    """Contents of the file, for its verification. Null until the export is completed."""
    created_at: Instant
    completed_at: Instant | None
    """When the export was completed. Null before that."""
    expires_at: Instant | None
    """When the file is deleted. Null before the export is completed."""
    version: int

    @classmethod
    def of_export(
        cls,
        export: AuditExport,
        status: Status,
        progress: Progress | None = None,
        url: str | None = None,
        url_expires_at: Instant | None = None,
    ) -> Self:
        done = export.manifest
        return cls(
            id=export.id,
            status=status,
            format=export.format,
            filters=export.filters,
            records=done.records if done else progress.records if progress else 0,
            bytes=done.files[0].bytes if done else progress.bytes if progress else 0,
            url=url,
            url_expires_at=url_expires_at,
            manifest=ManifestView.of(done) if done else None,
            created_at=export.created_at,
            completed_at=export.completed_at,
            expires_at=export.expires_at,
            version=export.version,
        )
