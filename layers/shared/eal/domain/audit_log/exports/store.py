"""Exports as they are kept: the export, which is a customer's, and the worker's progress beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import Conflict, GrantRequired, NotFound
from eal.core.table import progress as bookkeeping
from eal.core.table.item import dump, load
from eal.core.table.keys import key
from eal.core.table.read import get, get_all
from eal.domain.audit_log.exports import file
from eal.domain.audit_log.exports.model import GIVEN_UP, RETRIED, Asked, AuditExport, OpenExports, Progress
from eal.domain.audit_log.exports.wire import URL_LASTS, AuditExportView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.exports.model import AuditExportFilters, Format, Manifest

_REMEMBERED = timedelta(days=90)
"""The manifest outlives the file, for who has kept the file."""


MOST_OPEN = 3
"""Exports of a tenant's mode that are asked for and not done. Each may be 80 GB, and five are worked on at once."""


def ask(filters: AuditExportFilters, format_: Format, by: Caller) -> AuditExportView:
    """An export to be made by the worker; the one that is being made where the same was asked for a moment ago.

    Raises: GrantRequired for a parent, who reads its child's log and never writes there; Conflict where too many are
    open.
    """
    if by.reads_for_child:
        raise GrantRequired(
            "An export can be created only by the organization itself. Narrow the filters to get the CSV directly.",
            reason="read_only",
        )
    standing = _read_open(by.tenant)
    alive = {
        export_id: made for export_id, made in standing.exports.items() if by.at - made.created_at <= GIVEN_UP
    }
    for export_id, made in alive.items():
        if by.at - made.created_at <= RETRIED and (made.format, made.filters) == (format_, filters):
            export, progress = read(by.tenant, export_id)
            if export:
                return AuditExportView.of(export, export.status(progress, by.at), progress)
    if len(alive) >= MOST_OPEN:
        raise Conflict(
            f"{len(alive)} exports are running. The limit is {MOST_OPEN}. Wait until one of them is completed.",
            ids=sorted(alive),
        )
    export = AuditExport(id=ids.new("exp", by.at), format=format_, filters=filters, created_at=by.at)
    by.transaction.create(item_of(export, by.tenant))
    made = Asked(format=format_, filters=filters, created_at=by.at)
    _replace_open(standing, {**alive, export.id: made}, by)
    by.transaction.audit("audit_export.created", export.id, audit.changes({}, _audited(export)))
    by.transaction.enqueue_task("export_audit", {"export_id": export.id})
    return AuditExportView.of(export, "queued")


def _read_open(tenant: Tenant) -> OpenExports:
    return load(OpenExports, get(_open_at(tenant)) or {})


def _replace_open(standing: OpenExports, exports: dict[str, Asked], by: Caller) -> None:
    """Stale where somebody else did so: of many who ask at once each sees the others."""
    last = max([one.created_at for one in exports.values()], default=by.at)
    item: Item = {
        **_open_at(by.tenant)._asdict(),
        "kind": "AUDIT_EXPORTS_OPEN",
        "ttl": int((last + _REMEMBERED).timestamp()),
        **dump(replace(standing, exports=exports, version=standing.version + 1)),
    }
    by.transaction.put_version(item, was=standing.version)


def _open_at(tenant: Tenant) -> Key:
    return key(tenant, "AUDIT_EXPORTS_OPEN", "open")


def find(export_id: str, by: Caller) -> AuditExportView:
    """The export with an address of its file that is good for an hour from now.

    Raises: NotFound.
    """
    export, progress = None, None
    if ids.is_id("exp", export_id):
        export, progress = read(by.tenant, export_id)
    if export is None:
        raise NotFound(f"There is no export {export_id[:40]}.")
    url, until = None, None
    if export.expires_at and by.at < export.expires_at:
        until = min(by.at + URL_LASTS, export.expires_at)
        place = file.Place.of(export, by.tenant)
        url = file.address(place, int((until - by.at).total_seconds()))
    return AuditExportView.of(export, export.status(progress, by.at), progress, url, until)


def read(tenant: Tenant, export_id: str) -> tuple[AuditExport | None, Progress | None]:
    """An export and how far its worker has come, as they were at one moment."""
    export, progress = get_all([at(tenant, export_id), _progress_at(tenant, export_id)])
    return (
        load(AuditExport, export) if export else None,
        load(Progress, progress) if progress else None,
    )


def start(export: AuditExport, progress: Progress, tenant: Tenant) -> bool:
    """False where another worker has begun."""
    return bookkeeping.start(_progress_item(export, progress, tenant))


def advance(export: AuditExport, progress: Progress, tenant: Tenant) -> bool:
    """Over the version before. False where another worker was quicker."""
    item = _progress_item(export, progress, tenant)
    return bookkeeping.advance(item, was=progress.version - 1)


def complete(export: AuditExport, manifest: Manifest, by: Caller) -> None:
    done = replace(export, completed_at=by.at, manifest=manifest, version=export.version + 1)
    by.transaction.replace(item_of(done, by.tenant), was=export.version)
    _give_place(export.id, by)
    changes = audit.changes(_audited(export), _audited(done))
    by.transaction.audit("audit_export.completed", export.id, changes)


def fail(export_id: str, by: Caller) -> None:
    """Say that the export was tried for the last time. Nothing where it is done. A redriven message still makes it."""
    export, progress = read(by.tenant, export_id)
    if export is None or export.completed_at or export.failed_at:
        return
    failed = replace(export, failed_at=by.at, version=export.version + 1)
    by.transaction.replace(item_of(failed, by.tenant), was=export.version)
    _give_place(export.id, by)
    before = export.status(progress, by.at)
    by.transaction.audit(
        "audit_export.failed", export.id, audit.changes({"status": before}, {"status": "failed"})
    )


def _give_place(export_id: str, by: Caller) -> None:
    standing = _read_open(by.tenant)
    if export_id in standing.exports:
        left = {each: asked for each, asked in standing.exports.items() if each != export_id}
        _replace_open(standing, left, by)


def at(tenant: Tenant, export_id: str) -> Key:
    """`org_…#live#AUDIT_EXPORT`, `exp_…`."""
    return key(tenant, "AUDIT_EXPORT", export_id)


def _progress_at(tenant: Tenant, export_id: str) -> Key:
    return key(tenant, "AUDIT_EXPORT_PROGRESS", export_id)


def _audited(export: AuditExport) -> dict[str, Json]:
    """What the log says of an export: what was asked for, and which bytes it gave."""
    audited: dict[str, Json] = {"format": export.format, "filters": dump(export.filters)}
    if export.manifest:
        (made,) = export.manifest.files
        audited |= {"records": export.manifest.records, "bytes": made.bytes, "sha256": made.sha256}
    return audited


def item_of(export: AuditExport, tenant: Tenant) -> Item:
    """The export as it is stored."""
    return {
        **at(tenant, export.id)._asdict(),
        "kind": "AUDIT_EXPORT",
        "ttl": int((export.created_at + _REMEMBERED).timestamp()),
        **dump(export),
    }


def _progress_item(export: AuditExport, progress: Progress, tenant: Tenant) -> Item:
    return {
        **_progress_at(tenant, export.id)._asdict(),
        "kind": "AUDIT_EXPORT_PROGRESS",
        "ttl": int((export.created_at + _REMEMBERED).timestamp()),
        **dump(progress),
    }
