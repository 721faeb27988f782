"""Imports in the State table, and the URLs of their files in the uploads bucket.

An import is one item, advanced in the transaction of each chunk, so its counts always match the imported rows. The
errors of a chunk are one item of a separate partition, committed in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import audit, aws, clock, ids, settings
from eal.core.caller import worker
from eal.core.errors import Conflict
from eal.core.table import progress
from eal.core.table.collection import Collection
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get as get_item
from eal.core.table.read import get_all, walk
from eal.domain.lead_imports.model import (
    MAX_UNFINISHED_IMPORTS,
    RETENTION,
    UPLOAD_WINDOW,
    ImportRef,
    LeadImport,
    RowError,
    counts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.lead_imports.wire import LeadImportCreate

LEAD_IMPORTS = Collection("LEAD_IMPORT", LeadImport, id_prefix="imp", noun="import")

WORKER = "import_leads"
UPLOAD_HEADERS = {"If-None-Match": "*"}
"""Part of the URL's signature: S3 accepts one upload, so the file cannot be replaced while it is read."""
_AUDITED = ("status", "format", "dry_run", "on_duplicate")


def create(body: LeadImportCreate, by: Caller) -> LeadImport:
    """A new import, which awaits its file.

    Raises: Conflict if MAX_UNFINISHED_IMPORTS are unfinished.
    """
    lead_import = LeadImport(
        id=ids.new("imp", by.at),
        format=body.format,
        dry_run=body.dry_run,
        on_duplicate=body.on_duplicate,
        status="awaiting_upload",
        created_at=by.at,
        updated_at=by.at,
        version=1,
        request_id=by.request_id,
    )
    _add_to_unfinished(lead_import, by)
    by.transaction.create(_item(lead_import, by))
    by.transaction.audit(
        "lead_import.created",
        lead_import.id,
        audit.changes({}, {name: getattr(lead_import, name) for name in _AUDITED}),
    )
    return lead_import


def _add_to_unfinished(new: LeadImport, by: Caller) -> None:
    """Add the import to the tenant's list of unfinished imports, and remove those that have ended.

    The version of the list's item decides between two concurrent requests.
    """
    list_key = _unfinished_key(by.tenant)
    before = get_item(list_key)
    import_ids = cast("list[str]", before["import_ids"]) if before else []
    items = (
        get_all([LEAD_IMPORTS.key(by.tenant, import_id) for import_id in import_ids]) if import_ids else []
    )
    found = [LEAD_IMPORTS.load(item) for item in items if item]
    unfinished = [lead_import for lead_import in found if lead_import.is_unfinished(by.at)]
    if len(unfinished) >= MAX_UNFINISHED_IMPORTS:
        raise Conflict(
            f"{MAX_UNFINISHED_IMPORTS} imports are unfinished, which is the limit. Wait until one of them ends. An "
            "import without an uploaded file counts for one hour.",
            limit=MAX_UNFINISHED_IMPORTS,
            unfinished=[{"id": lead_import.id, "status": lead_import.status} for lead_import in unfinished],
        )
    version = cast("int", before["version"]) if before else 0
    item: Item = {
        **list_key._asdict(),
        "kind": "LEAD_IMPORTS",
        "import_ids": [*(lead_import.id for lead_import in unfinished), new.id],
        "version": version + 1,
        "ttl": _ttl(new),
    }
    by.transaction.put_version(item, was=version)


def get(import_id: str, by: Caller) -> LeadImport:
    """Raises: NotFound."""
    lead_import = LEAD_IMPORTS.get(by.tenant, import_id)
    if lead_import.has_expired(by.at):
        raise LEAD_IMPORTS.not_found(import_id)
    return lead_import


def upload_url(lead_import: LeadImport, by: Caller) -> str:
    """A URL that accepts the import's file without an API key."""
    object_key = ImportRef(by.tenant, lead_import.id).upload_object_key
    return _presigned("put_object", Key=object_key, IfNoneMatch=UPLOAD_HEADERS["If-None-Match"])


def errors_url(lead_import: LeadImport, by: Caller) -> str | None:
    """A URL of the file of errors; None if there is no file."""
    if not lead_import.has_error_file:
        return None
    name = f'attachment; filename="{lead_import.id}-errors.csv"'
    object_key = ImportRef(by.tenant, lead_import.id).errors_object_key
    return _presigned("get_object", Key=object_key, ResponseContentDisposition=name)


def _presigned(operation: str, **parameters: str) -> str:
    return aws.s3().generate_presigned_url(
        operation,
        Params={"Bucket": settings.uploads_bucket(), **parameters},
        ExpiresIn=int(UPLOAD_WINDOW.total_seconds()),
    )


# ---------------------------------------------------------------- the worker


def caller_of(ref: ImportRef, lead_import: LeadImport) -> Caller:
    return worker(WORKER, ref.tenant, lead_import.request_id)


def find(ref: ImportRef) -> LeadImport | None:
    lead_import = LEAD_IMPORTS.find(ref.tenant, ref.import_id)
    return None if lead_import is None or lead_import.has_expired(clock.now()) else lead_import


def start(before: LeadImport, after: LeadImport, by: Caller) -> None:
    _change("lead_import.started", before, after, by)


def end(before: LeadImport, after: LeadImport, by: Caller) -> None:
    _change("lead_import.failed" if after.failure else "lead_import.completed", before, after, by)


def advance(before: LeadImport, after: LeadImport, errors: Sequence[RowError], by: Caller) -> None:
    """Add the progress of a chunk to the transaction that changes its leads."""
    by.transaction.replace(_item(after, by), was=before.version)
    if errors:
        by.transaction.create(_errors_item(before, errors, by))


def advance_alone(before: LeadImport, after: LeadImport, errors: Sequence[RowError], by: Caller) -> bool:
    """Commit the progress of a chunk that changes no lead. False if another worker has advanced the import."""
    if errors:
        progress.advance_with(_item(after, by), was=before.version, new_item=_errors_item(before, errors, by))
        return True
    return progress.advance(_item(after, by), was=before.version)


def all_errors(lead_import: LeadImport, by: Caller) -> Iterator[RowError]:
    """The errors of all rows, in row order."""
    errors_partition = partition(by.tenant, f"LEAD_IMPORT_ERRORS#{lead_import.id}")
    for item in walk("pk = :pk", {":pk": errors_partition}):
        for error in cast("list[Item]", item["errors"]):
            yield load(RowError, error)


def _change(action: str, before: LeadImport, after: LeadImport, by: Caller) -> None:
    by.transaction.replace(_item(after, by), was=before.version)
    by.transaction.audit(action, after.id, audit.changes({"status": before.status}, counts(after)))
    by.transaction.commit()


def _unfinished_key(tenant: Tenant) -> Key:
    """`org_…#live#LEAD_IMPORTS`, `unfinished`."""
    return key(tenant, "LEAD_IMPORTS", "unfinished")


def _item(lead_import: LeadImport, by: Caller) -> Item:
    return {**LEAD_IMPORTS.item(by.tenant, lead_import), "ttl": _ttl(lead_import)}


def _errors_item(before: LeadImport, errors: Sequence[RowError], by: Caller) -> Item:
    """`org_…#live#LEAD_IMPORT_ERRORS#imp_…`, the number of rows before the chunk."""
    errors_key = key(by.tenant, f"LEAD_IMPORT_ERRORS#{before.id}", f"{before.processed:07}")
    return {
        **errors_key._asdict(),
        "kind": "LEAD_IMPORT_ERRORS",
        "errors": [dump(error) for error in errors],
        "ttl": _ttl(before),
    }


def _ttl(lead_import: LeadImport) -> int:
    return int((lead_import.created_at + RETENTION).timestamp())
