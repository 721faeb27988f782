"""What the API takes and shows of exports."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field

from eal.core.clock import Instant
from eal.core.wire import Wire
from eal.domain.audit_log.exports.model import (
    AuditExport,
    AuditExportFilters,
    Format,
    Manifest,
    Progress,
    Status,
)
from eal.domain.audit_log.wire import AuditLogQuery, CheckpointView

URL_LASTS = timedelta(hours=1)


class AuditLogCsvQuery(AuditExportFilters):
    """The list's filters and order, without its pages."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    order: Annotated[Literal["asc", "desc"], Field(description="By creation; newest first by default.")] = (
        "desc"
    )

    def as_list(self) -> AuditLogQuery:
        return AuditLogQuery.model_validate(dict(self))

    def filters(self) -> AuditExportFilters:
        return AuditExportFilters.model_validate({name: value for name, value in self if name != "order"})


class AuditExportCreate(AuditExportFilters):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    format: Annotated[
        Format, Field(description="jsonl: the archived bytes, which can be verified. csv: for people.")
    ]

    def filters(self) -> AuditExportFilters:
        return AuditExportFilters.model_validate({name: value for name, value in self if name != "format"})


class ExportFileView(Wire):
    name: str
    sha256: Annotated[str, Field(description="Of the file as it lies in the bucket, in hex.")]
    bytes: int


class ManifestView(Wire):
    """What the file holds, and the signed checkpoint over the log that it was taken from."""

    files: list[ExportFileView]
    records: int
    first_seq: int | None
    last_seq: int | None
    expired_through_seq: Annotated[
        int | None,
        Field(
            description="Records up to this number are past their retention, and those of them that were asked for are "
            "not in the file; null where the archive holds all of the range."
        ),
    ]
    complete: Annotated[
        bool,
        Field(
            description="No filter was given and nothing has expired: the whole chain up to `checkpoint.size`."
        ),
    ]
    checkpoint: CheckpointView

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        return cls(
            files=[
                ExportFileView(name=one.name, sha256=one.sha256, bytes=one.bytes) for one in manifest.files
            ],
            records=manifest.records,
            first_seq=manifest.first_seq,
            last_seq=manifest.last_seq,
            expired_through_seq=manifest.expired_through_seq,
            complete=manifest.complete,
            checkpoint=CheckpointView.of(manifest.checkpoint),
        )


class AuditExportView(Wire):
    """Records are in the order of their numbers, the oldest first, to the last one that the manifest's checkpoint
    states: that of the export's own creation, or a later one."""

    changes_by_itself: ClassVar[bool] = True  # its progress and its file's address make no new version

    id: str
    status: Status
    format: Format
    filters: AuditExportFilters
    records: Annotated[int, Field(description="So far, while it runs.")]
    bytes: int
    url: Annotated[
        str | None,
        Field(
            description="Fetches the file without a key. Made anew by each GET, and good for an hour; where it is "
            "refused before that, get it anew."
        ),
    ]
    url_expires_at: Instant | None
    manifest: ManifestView | None
    created_at: Instant
    completed_at: Instant | None
    expires_at: Annotated[Instant | None, Field(description="The file is kept until then.")]
    version: int

    @classmethod
    def of(
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
