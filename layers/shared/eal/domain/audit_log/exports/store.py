"""Exports in the State table, and the progress of their worker as a separate item."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import Conflict
from eal.core.table import progress as bookkeeping
from eal.core.table.collection import Collection
from eal.core.table.item import dump, load
from eal.core.table.keys import key
from eal.core.table.read import get as get_item
from eal.core.table.read import get_all
from eal.domain.audit_log.exports import file
from eal.domain.audit_log.exports.model import (
    DEADLINE,
    REPEAT_WINDOW,
    AuditExport,
    ExportRequest,
    OpenExports,
    Progress,
)
from eal.domain.audit_log.exports.wire import URL_LIFETIME, AuditExportView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.exports.model import AuditExportFilters, ExportManifest, Format

AUDIT_EXPORTS = Collection("AUDIT_EXPORT", AuditExport, id_prefix="exp", noun="export")

MAX_OPEN_EXPORTS = 3
"""Open exports per tenant and mode. Each can take hours, and the worker processes five at once."""
_RETENTION = timedelta(days=90)
"""The manifest outlives the file, so that a downloaded file can still be verified."""


def request_export(filters: AuditExportFilters, format_: Format, by: Caller) -> AuditExportView:
    """A new export, or the open one if the same request was made within REPEAT_WINDOW.

    Raises: Conflict if MAX_OPEN_EXPORTS are open.
    """
    before = _read_open(by.tenant)
    running = {
        export_id: request
        for export_id, request in before.exports.items()
        if by.at - request.created_at <= DEADLINE
    }
    for export_id, request in running.items():
        is_recent = by.at - request.created_at <= REPEAT_WINDOW
        if is_recent and (request.format, request.filters) == (format_, filters):
            export, progress = read(by.tenant, export_id)
            if export:
                return AuditExportView.of_export(export, export.status(progress, by.at), progress)
    if len(running) >= MAX_OPEN_EXPORTS:
        raise Conflict(
            f"{len(running)} exports are running. The limit is {MAX_OPEN_EXPORTS}. Wait until one of them is "
            "completed.",
            ids=sorted(running),
        )
    export = AuditExport(id=ids.new("exp", by.at), format=format_, filters=filters, created_at=by.at)
    by.transaction.create(export_item(export, by.tenant))
    request = ExportRequest(format=format_, filters=filters, created_at=by.at)
    _replace_open(before, {**running, export.id: request}, by)
    by.transaction.audit("audit_export.created", export.id, audit.changes({}, _audited(export)))
    by.transaction.enqueue_task("export_audit", {"export_id": export.id})
    return AuditExportView.of_export(export, "queued")


def _read_open(tenant: Tenant) -> OpenExports:
    return load(OpenExports, get_item(_open_key(tenant)) or {})


def _replace_open(before: OpenExports, exports: dict[str, ExportRequest], by: Caller) -> None:
    """The version makes concurrent requests conflict, so that together they cannot exceed the limit."""
    last = max([request.created_at for request in exports.values()], default=by.at)
    item: Item = {
        **_open_key(by.tenant)._asdict(),
        "kind": "AUDIT_EXPORTS_OPEN",
        "ttl": int((last + _RETENTION).timestamp()),
        **dump(replace(before, exports=exports, version=before.version + 1)),
    }
    by.transaction.put_version(item, was=before.version)


def _open_key(tenant: Tenant) -> Key:
    return key(tenant, "AUDIT_EXPORTS_OPEN", "open")


def get(export_id: str, by: Caller) -> AuditExportView:
    """The export, with a URL of its file that is valid for an hour.

    Raises: NotFound.
    """
    export, progress = None, None
    if ids.is_id("exp", export_id):
        export, progress = read(by.tenant, export_id)
    if export is None:
        raise AUDIT_EXPORTS.not_found(export_id)
    url, until = None, None
    if export.expires_at and by.at < export.expires_at:
        until = min(by.at + URL_LIFETIME, export.expires_at)
        export_file = file.ExportFile.of(export, by.tenant)
        url = file.download_url(export_file, int((until - by.at).total_seconds()))
    return AuditExportView.of_export(export, export.status(progress, by.at), progress, url, until)


def read(tenant: Tenant, export_id: str) -> tuple[AuditExport | None, Progress | None]:
    """A consistent snapshot of an export and its worker's progress."""
    export, progress = get_all([AUDIT_EXPORTS.key(tenant, export_id), _progress_key(tenant, export_id)])
    return (
        AUDIT_EXPORTS.load(export) if export else None,
        load(Progress, progress) if progress else None,
    )


def start(export: AuditExport, progress: Progress, tenant: Tenant) -> bool:
    """Store the first progress. False if another worker has started."""
    return bookkeeping.start(_progress_item(export, progress, tenant))


def advance(export: AuditExport, progress: Progress, tenant: Tenant) -> bool:
    """Replace the previous version of the progress. False if another worker has replaced it."""
    item = _progress_item(export, progress, tenant)
    return bookkeeping.advance(item, was=progress.version - 1)


def complete(export: AuditExport, manifest: ExportManifest, by: Caller) -> None:
    done = replace(export, completed_at=by.at, manifest=manifest, version=export.version + 1)
    by.transaction.replace(export_item(done, by.tenant), was=export.version)
    _remove_from_open(export.id, by)
    changes = audit.changes(_audited(export), _audited(done))
    by.transaction.audit("audit_export.completed", export.id, changes)


def fail(export_id: str, by: Caller) -> None:
    """Mark the export as failed, unless it has ended. A redriven message still completes it."""
    export, progress = read(by.tenant, export_id)
    if export is None or export.completed_at or export.failed_at:
        return
    failed = replace(export, failed_at=by.at, version=export.version + 1)
    by.transaction.replace(export_item(failed, by.tenant), was=export.version)
    _remove_from_open(export.id, by)
    before = export.status(progress, by.at)
    by.transaction.audit(
        "audit_export.failed", export.id, audit.changes({"status": before}, {"status": "failed"})
    )


def _remove_from_open(export_id: str, by: Caller) -> None:
    before = _read_open(by.tenant)
    if export_id in before.exports:
        remaining = {open_id: request for open_id, request in before.exports.items() if open_id != export_id}
        _replace_open(before, remaining, by)


def _progress_key(tenant: Tenant, export_id: str) -> Key:
    return key(tenant, "AUDIT_EXPORT_PROGRESS", export_id)


def _audited(export: AuditExport) -> dict[str, Json]:
    """The export for the audit log: its request, and the size and hash of its file."""
    audited: dict[str, Json] = {"format": export.format, "filters": dump(export.filters)}
    if export.manifest:
        (exported,) = export.manifest.files
        audited |= {"records": export.manifest.records, "bytes": exported.bytes, "sha256": exported.sha256}
    return audited


def export_item(export: AuditExport, tenant: Tenant) -> Item:
    return {
        **AUDIT_EXPORTS.item(tenant, export),
        "ttl": int((export.created_at + _RETENTION).timestamp()),
    }


def _progress_item(export: AuditExport, progress: Progress, tenant: Tenant) -> Item:
    return {
        **_progress_key(tenant, export.id)._asdict(),
        "kind": "AUDIT_EXPORT_PROGRESS",
        "ttl": int((export.created_at + _RETENTION).timestamp()),
        **dump(progress),
    }
