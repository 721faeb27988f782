"""Imports in the State table, their files in the uploads bucket.

The import is one item, advanced in the transaction of each chunk's rows: so it always says exactly which rows are in.
Errors are items of a partition of their own, one a chunk, in that transaction too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import audit, aws, clock, ids, settings
from eal.core.caller import worker
from eal.core.errors import Conflict, NotFound
from eal.core.table import progress
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get, get_all, walk
from eal.domain.lead_imports.model import (
    KEPT,
    MOST_UNFINISHED,
    UPLOAD_WITHIN,
    LeadImport,
    Place,
    RowError,
    counts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.lead_imports.wire import LeadImportCreate

WORKER = "import_leads"
ONCE = {"If-None-Match": "*"}
"""Part of the upload's signature: S3 takes the file once, and nobody replaces it while it is read."""
_ORDERED = ("status", "format", "dry_run", "on_duplicate")


def create(body: LeadImportCreate, by: Caller) -> LeadImport:
    """A new import, which awaits its file.

    Raises: Conflict where as many as may be at once are unfinished.
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
    _take_place(lead_import, by)
    by.transaction.create(_item(lead_import, by))
    by.transaction.audit(
        "lead_import.created",
        lead_import.id,
        audit.changes({}, {name: getattr(lead_import, name) for name in _ORDERED}),
    )
    return lead_import


def _take_place(new: LeadImport, by: Caller) -> None:
    """Add the import to the item of those that are unfinished, from which whoever comes next takes the ended ones.

    The item's version decides between two requests at once. `org_…#live#LEAD_IMPORTS`, `unfinished`.
    """
    where = key(by.tenant, "LEAD_IMPORTS", "unfinished")
    before = get(where)
    places = [_at(by, one) for one in cast("list[str]", before["import_ids"])] if before else []
    found = [load(LeadImport, item) for item in (get_all(places) if places else []) if item]
    unfinished = [one for one in found if one.is_unfinished(by.at)]
    if len(unfinished) >= MOST_UNFINISHED:
        raise Conflict(
            f"{MOST_UNFINISHED} imports are unfinished, which is the limit. Wait until one of them ends. An import "
            "without an uploaded file counts for one hour.",
            limit=MOST_UNFINISHED,
            unfinished=[{"id": one.id, "status": one.status} for one in unfinished],
        )
    version = cast("int", before["version"]) if before else 0
    item: Item = {
        **where._asdict(),
        "kind": "LEAD_IMPORTS",
        "import_ids": [*(one.id for one in unfinished), new.id],
        "version": version + 1,
        "ttl": _ttl(new),
    }
    by.transaction.put_version(item, was=version)


def find(import_id: str, by: Caller) -> LeadImport:
    """Raises: NotFound."""
    item = get(_at(by, import_id)) if ids.is_id("imp", import_id) else None
    lead_import = load(LeadImport, item) if item else None
    if lead_import is None or lead_import.is_gone(by.at):
        raise NotFound(f"There is no import {import_id[:40]}.")
    return lead_import


def upload_url(lead_import: LeadImport, by: Caller) -> str:
    """Where the import's file can be put, by whoever has this address."""
    return _presigned("put_object", Key=_place(lead_import, by).upload, IfNoneMatch=ONCE["If-None-Match"])


def errors_url(lead_import: LeadImport, by: Caller) -> str | None:
    """Where the file of errors can be got; None where there is none."""
    if not lead_import.has_error_file:
        return None
    name = f'attachment; filename="{lead_import.id}-errors.csv"'
    return _presigned("get_object", Key=_place(lead_import, by).errors, ResponseContentDisposition=name)


def _presigned(operation: str, **parameters: str) -> str:
    return aws.s3().generate_presigned_url(
        operation,
        Params={"Bucket": settings.uploads_bucket(), **parameters},
        ExpiresIn=int(UPLOAD_WITHIN.total_seconds()),
    )


# ---------------------------------------------------------------- the worker's side


def caller_of(place: Place, lead_import: LeadImport) -> Caller:
    return worker(WORKER, place.tenant, lead_import.request_id)


def look_up(place: Place) -> LeadImport | None:
    item = get(key(place.tenant, "LEAD_IMPORT", place.import_id))
    lead_import = load(LeadImport, item) if item else None
    return None if lead_import is None or lead_import.is_gone(clock.now()) else lead_import


def start(before: LeadImport, after: LeadImport, by: Caller) -> None:
    _change("lead_import.started", before, after, by)


def end(before: LeadImport, after: LeadImport, by: Caller) -> None:
    _change("lead_import.failed" if after.failure else "lead_import.completed", before, after, by)


def advance(before: LeadImport, after: LeadImport, errors: Sequence[RowError], by: Caller) -> None:
    """Add a chunk's step to the write of the leads that it changes."""
    by.transaction.replace(_item(after, by), was=before.version)
    if errors:
        by.transaction.create(_errors_item(before, errors, by))


def advance_alone(before: LeadImport, after: LeadImport, errors: Sequence[RowError], by: Caller) -> bool:
    """Commit the step of a chunk that changes no lead. False where another worker was quicker."""
    if errors:
        progress.advance_with(_item(after, by), was=before.version, new_item=_errors_item(before, errors, by))
        return True
    return progress.advance(_item(after, by), was=before.version)


def all_errors(lead_import: LeadImport, by: Caller) -> Iterator[RowError]:
    """Every row's, in the rows' order."""
    where = partition(by.tenant, f"LEAD_IMPORT_ERRORS#{lead_import.id}")
    for item in walk("pk = :pk", {":pk": where}):
        for error in cast("list[Item]", item["errors"]):
            yield load(RowError, error)


def _change(action: str, before: LeadImport, after: LeadImport, by: Caller) -> None:
    by.transaction.replace(_item(after, by), was=before.version)
    by.transaction.audit(action, after.id, audit.changes({"status": before.status}, counts(after)))
    by.transaction.commit()


def _at(by: Caller, import_id: str) -> Key:
    """`org_…#live#LEAD_IMPORT`, `imp_…`."""
    return key(by.tenant, "LEAD_IMPORT", import_id)


def _place(lead_import: LeadImport, by: Caller) -> Place:
    return Place(by.tenant, lead_import.id)


def _item(lead_import: LeadImport, by: Caller) -> Item:
    return {
        **_at(by, lead_import.id)._asdict(),
        "kind": "LEAD_IMPORT",
        **dump(lead_import),
        "ttl": _ttl(lead_import),
    }


def _errors_item(before: LeadImport, errors: Sequence[RowError], by: Caller) -> Item:
    """`org_…#live#LEAD_IMPORT_ERRORS#imp_…`, the number of rows before the chunk."""
    where = key(by.tenant, f"LEAD_IMPORT_ERRORS#{before.id}", f"{before.processed:07}")
    told = [dump(error) for error in errors]
    return {**where._asdict(), "kind": "LEAD_IMPORT_ERRORS", "errors": told, "ttl": _ttl(before)}


def _ttl(lead_import: LeadImport) -> int:
    return int((lead_import.created_at + KEPT).timestamp())
