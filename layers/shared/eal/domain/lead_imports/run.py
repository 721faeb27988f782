"""The processing of an uploaded file, chunk by chunk, resumed after the last committed chunk.

A chunk is one transaction: its leads with their claims, audit records and events, its errors, and the import's next
version. The version decides between two workers with the same message. The message stays in the queue until the import
has ended. The losing worker fails its message too, because the winner may still be killed.
"""

from __future__ import annotations

import json
import time
import zlib
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, TypedDict, cast
from urllib.parse import unquote_plus

from eal.core import aws, clock, ids, observe, settings
from eal.core.errors import Conflict, Unavailable
from eal.core.table import contention
from eal.core.table.item import dump, load
from eal.core.table.read import get_all
from eal.core.table.write import AlreadyWritten, Stale
from eal.core.transaction import MAX_OPERATIONS
from eal.domain.lead_imports import files, rows, store
from eal.domain.lead_imports.model import ExistingLeads, ImportRef, LeadImport, Outcome, RowError, decide
from eal.domain.lead_imports.rows import NotImportable, Row
from eal.domain.leads import capture
from eal.domain.leads import store as leads
from eal.domain.leads.model import Lead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key

MAX_RUN_SECONDS = 240.0
"""Of the function's 300. After that, the remaining rows are left to a new message."""
OPERATIONS_PER_LEAD = 4
"""In addition to the claims of its contacts: the lead, its audit record, its event, and its score history."""
OPERATIONS_PER_CHUNK = 4
"""The import, the chunk's errors, and the pointers to its unpublished audit records and events."""
MAX_ROWS_PER_CHUNK, MAX_ERRORS_PER_CHUNK = 1000, 500
"""For rows that cost no operation: an item of errors stays below 400 KB, DynamoDB's limit."""
MAX_ITEMS_PER_READ = 60
"""Leads of the maximum size, with their former contacts, stay below the 4 MB of a DynamoDB transaction."""
ROWS_PER_PROGRESS_UPDATE = 2000
"""How often a dry run saves its progress."""
MAX_RECEIVES = 5
"""The queue's maxReceiveCount. After that, the message moves to the dead-letter queue."""
STALLED_AFTER = timedelta(minutes=15)
"""Longer than any invocation: no worker is processing an import that did not change for this time."""

type Candidate = tuple[int, Lead | tuple[RowError, ...]]
"""A row's number, and the lead that it would create or its errors."""


class ImportStalled(Exception):
    """Earlier attempts at an import made no progress; the last one may have been killed."""


class Overtaken(Exception):
    """Another worker is processing this import and has not ended it yet."""


class _Object(TypedDict):
    key: str


class _S3(TypedDict):
    object: _Object


class S3Record(TypedDict):
    """An S3 event notification of an upload; only the members that are read."""

    eventTime: str
    s3: _S3


def work(message: Mapping[str, Json]) -> None:
    """Import the uploaded files of an S3 notification. S3's test event, sent once at deployment, has no records."""
    deadline = time.monotonic() + MAX_RUN_SECONDS
    for record, ref, lead_import in _unfinished(message):
        _process(record, ref, lead_import, deadline)


def work_final_attempt(message: Mapping[str, Json]) -> None:
    """As `work`, for the last receive of a message.

    If earlier attempts made no progress, the import is not attempted again: a file that kills the worker would kill it
    again, and the import would never end.

    Raises: ImportStalled.
    """
    for record, _, lead_import in _unfinished(message):
        # `updated_at` does not change while the import awaits its file, so the upload's time is the earliest start.
        since = max(lead_import.updated_at, datetime.fromisoformat(record["eventTime"]))
        if clock.now() - since > STALLED_AFTER:
            raise ImportStalled(lead_import.id)
    work(message)


def give_up(message: Mapping[str, Json], fault: Exception) -> None:
    """Fail every import of the message that has not ended."""
    reason = (
        "it made no progress"
        if isinstance(fault, ImportStalled)
        else "an internal error, or a service that the API depends on was unavailable"
    )
    for _, ref, lead_import in _unfinished(message):
        failure = (
            f"The import failed after {MAX_RECEIVES} attempts: {reason}. "
            f"The first {lead_import.processed} rows were processed. Import the remaining rows again."
        )
        by = store.caller_of(ref, lead_import)
        failed = lead_import.ended(failure, by.at)
        store.end(lead_import, failed, by)
        files.delete_upload(ref)
        _write_errors_of_failed(ref, failed)


def _unfinished(message: Mapping[str, Json]) -> Iterator[tuple[S3Record, ImportRef, LeadImport]]:
    for record in cast("list[S3Record]", message.get("Records", [])):
        ref = ImportRef.of_upload(unquote_plus(record["s3"]["object"]["key"]))
        lead_import = store.find(ref) if ref else None
        if ref is None or lead_import is None or lead_import.has_ended:
            observe.logger.info("import_message_dropped", import_id=ref.import_id if ref else None)
            if ref and lead_import:
                _write_errors_of_failed(ref, lead_import)
            if ref:
                # The worker was killed before it deleted the file, or the upload was repeated or too late.
                files.delete_upload(ref)
            continue
        observe.bind(
            **ref.tenant._asdict(),
            import_id=lead_import.id,
            request_id=lead_import.request_id,
        )
        yield record, ref, lead_import


def _process(record: S3Record, ref: ImportRef, lead_import: LeadImport, deadline: float) -> None:
    if not _Run(ref, lead_import, deadline).is_finished():
        body = json.dumps({"Records": [record]})
        aws.sqs().send_message(QueueUrl=settings.queue("import"), MessageBody=body)


def _write_errors_of_failed(ref: ImportRef, lead_import: LeadImport) -> None:
    """Write the file of errors of a failed import, if rows failed.

    Runs after the import has ended; otherwise an import whose errors kill the worker would never end.
    """
    if lead_import.lacks_error_file:
        by = store.caller_of(ref, lead_import)
        _write_errors(ref, lead_import, by)
        store.advance_alone(lead_import, lead_import.with_error_file(by.at), (), by)


def _write_errors(ref: ImportRef, lead_import: LeadImport, by: Caller) -> None:
    with files.ErrorFile() as errors:
        errors.add(store.all_errors(lead_import, by))
        errors.put(ref)


class _Run:
    def __init__(self, ref: ImportRef, lead_import: LeadImport, deadline: float) -> None:
        self._ref = ref
        self._lead_import = lead_import
        self._deadline = deadline

    def is_finished(self) -> bool:
        """Process rows until the end of the file or the deadline. False if rows are left.

        Raises: Overtaken, Unavailable.
        """
        try:
            return self._work()
        except Stale:
            current = store.find(self._ref)
            if current and not current.has_ended:
                raise Overtaken from None
            return True

    def _work(self) -> bool:
        try:
            with files.fetched(self._ref, self._lead_import.etag) as (file, etag):
                if self._lead_import.status == "awaiting_upload":
                    self._start(file, etag)
                return self._dry_run(file) if self._lead_import.dry_run else self._import(file)
        except NotImportable as reason:
            self._end(str(reason))
            return True

    def _start(self, file: BinaryIO, etag: str) -> None:
        """Read the whole file once, so that a malformed file fails before any row is imported."""
        total = rows.count(file, self._lead_import.format)
        by = self._caller()
        started = self._lead_import.started(etag, total, by.at)
        store.start(self._lead_import, started, by)
        self._lead_import = started

    def _import(self, file: BinaryIO) -> bool:
        for chunk in chunks(rows.read(file, self._lead_import.format, self._lead_import.processed)):
            self._write(chunk)
            if time.monotonic() > self._deadline and self._lead_import.processed != self._lead_import.total:
                return False
        if self._lead_import.failed:
            _write_errors(self._ref, self._lead_import, self._caller())
        self._end(None)
        return True

    def _write(self, chunk: list[Row]) -> None:
        """Raises: Stale if another worker has advanced the import; Unavailable."""
        for attempt in range(contention.ATTEMPTS):
            try:
                return self._try_to_write(chunk)
            except (Stale, AlreadyWritten, Conflict):
                # A concurrent request claimed a contact or changed a lead, or another worker advanced the import.
                current = store.find(self._ref)
                if current is None or current.version != self._lead_import.version:
                    raise Stale from None
            contention.pause(attempt)
        raise Unavailable("The leads kept changing during the import.")

    def _try_to_write(self, chunk: list[Row]) -> None:
        by = self._caller()
        candidates = [(row.number, _lead_of(row, ids.new("lead", by.at), by)) for row in chunk]
        existing = ExistingLeads()
        look_up(candidates, existing, by, with_leads=self._lead_import.on_duplicate == "update")
        before = dict(existing.leads)
        outcome = decide(candidates, existing, self._lead_import.on_duplicate)
        after = self._lead_import.advanced(len(chunk), outcome, by.at)
        if outcome.after:
            store.advance(self._lead_import, after, outcome.errors, by)
            for lead in outcome.after.values():
                leads.write(before.get(lead.id), lead, by)
            by.transaction.commit()
        elif not store.advance_alone(self._lead_import, after, outcome.errors, by):
            raise Stale
        self._lead_import = after
        observe.count("rows_imported", len(chunk))

    def _dry_run(self, file: BinaryIO) -> bool:
        """Decide the outcome of every row from the first one on, and keep the leads in memory only."""
        simulated = SimulatedLeads()
        current = self._lead_import.restarted(clock.now())
        saved = 0
        with files.ErrorFile() as errors:
            for chunk in chunks(rows.read(file, self._lead_import.format, 0), per_lead=0):
                if time.monotonic() > self._deadline:
                    raise NotImportable(
                        f"The dry run exceeded its time limit of {MAX_RUN_SECONDS:.0f} seconds."
                    )
                outcome = self._simulate(chunk, simulated)
                current = current.advanced(len(chunk), outcome, clock.now())
                errors.add(outcome.errors)
                if current.processed - saved >= ROWS_PER_PROGRESS_UPDATE:
                    self._save(current)
                    saved = current.processed
            if current.failed:
                errors.put(self._ref)
        self._save(current)
        self._end(None)
        return True

    def _simulate(self, chunk: list[Row], simulated: SimulatedLeads) -> Outcome:
        by = self._caller()
        candidates = [(row.number, _lead_of(row, f"row {row.number}", by)) for row in chunk]
        existing = simulated.holders_of(candidates)
        update = self._lead_import.on_duplicate == "update"
        look_up(candidates, existing, by, with_leads=update)
        outcome = decide(candidates, existing, self._lead_import.on_duplicate)
        simulated.add(outcome.after.values(), with_leads=update)
        return outcome

    def _save(self, after: LeadImport) -> None:
        if not store.advance_alone(self._lead_import, after, (), self._caller()):
            raise Stale
        self._lead_import = after

    def _end(self, failure: str | None) -> None:
        by = self._caller()
        ended = self._lead_import.ended(failure, by.at)
        store.end(self._lead_import, ended, by)
        files.delete_upload(self._ref)
        _write_errors_of_failed(self._ref, ended)
        observe.logger.info(
            "import_ended",
            rows=self._lead_import.processed,
            failed=self._lead_import.failed,
            whole=not failure,
        )

    def _caller(self) -> Caller:
        return store.caller_of(self._ref, self._lead_import)


class SimulatedLeads:
    """The leads that a dry run would have created or changed. They are compressed: 100,000 of them take 50 MB."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}
        self._leads: dict[str, bytes] = {}

    def holders_of(self, candidates: Iterable[Candidate]) -> ExistingLeads:
        contacts = _contacts(candidates)
        holders = {contact: self._holders[contact] for contact in contacts if contact in self._holders}
        packed = {lead_id: self._leads[lead_id] for lead_id in {*holders.values()} if lead_id in self._leads}
        return ExistingLeads(
            holders,
            {lead_id: load(Lead, json.loads(zlib.decompress(lead))) for lead_id, lead in packed.items()},
        )

    def add(self, leads: Iterable[Lead], *, with_leads: bool) -> None:
        """Add the contacts of the leads, and the leads themselves if rows can be merged into them."""
        for lead in leads:
            self._holders |= dict.fromkeys(lead.contacts, lead.id)
            if with_leads:
                self._leads[lead.id] = zlib.compress(json.dumps(dump(lead)).encode(), level=1)


def chunks(file_rows: Iterable[Row], *, per_lead: int = OPERATIONS_PER_LEAD) -> Iterator[list[Row]]:
    """Rows that fit into one transaction, whatever their outcome."""
    chunk: list[Row] = []
    operations = OPERATIONS_PER_CHUNK
    errors = 0
    for row in file_rows:
        more = per_lead + row.contacts if row.body else 0
        if chunk and (
            operations + more > MAX_OPERATIONS
            or errors + len(row.errors) > MAX_ERRORS_PER_CHUNK
            or len(chunk) == MAX_ROWS_PER_CHUNK
        ):
            yield chunk
            chunk, operations, errors = [], OPERATIONS_PER_CHUNK, 0
        chunk.append(row)
        operations += more
        errors += len(row.errors)
    if chunk:
        yield chunk


def look_up(
    candidates: Iterable[Candidate], existing: ExistingLeads, by: Caller, *, with_leads: bool
) -> None:
    """Add the holders of the candidates' contacts to `existing`, and those leads if `with_leads`.

    Raises: Stale if a lead was erased between the two reads.
    """
    contacts = sorted(_contacts(candidates) - existing.holders.keys())
    claims = _read_all(leads.LEAD_CONTACTS.key(by.tenant, contact) for contact in contacts)
    for contact, claim in zip(contacts, claims, strict=True):
        if claim:
            existing.holders[contact] = cast("str", claim["lead_id"])
    missing = sorted({*existing.holders.values()} - existing.leads.keys()) if with_leads else []
    items = _read_all(leads.LEADS.key(by.tenant, lead_id) for lead_id in missing)
    for lead_id, item in zip(missing, items, strict=True):
        if item is None:
            raise Stale
        existing.leads[lead_id] = load(Lead, item)


def _read_all(keys: Iterable[Key]) -> list[Item | None]:
    """In several transactions, so not a snapshot: the commit checks the version of each lead that it replaces."""
    return [item for batch in batched(keys, MAX_ITEMS_PER_READ, strict=False) for item in get_all(batch)]


def _lead_of(row: Row, lead_id: str, by: Caller) -> Lead | tuple[RowError, ...]:
    return capture.from_body(row.body, lead_id, by) if row.body else row.errors


def _contacts(candidates: Iterable[Candidate]) -> set[str]:
    return {
        contact
        for _, candidate in candidates
        if isinstance(candidate, Lead)
        for contact in candidate.contacts
    }
