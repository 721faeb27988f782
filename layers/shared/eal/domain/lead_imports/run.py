"""The processing of an uploaded file, chunk by chunk, resumed after the last committed chunk.

A chunk is one transaction: its leads with their claims, audit records and events, its errors, and the import's next
version. The version decides between two workers with the same message. The message stays in the queue until the import
has ended. The losing worker fails its message too, because the winner may still be killed.

S3's notification is not processed itself: each import is sent to the queue again as an `ImportLeadsTask` in the message
group of its tenant, because the queue is fair among groups and S3 sets none.
"""

from __future__ import annotations

import json
import math
import time
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import aws, clock, ids, observe, settings
from eal.core.errors import Conflict, Unavailable
from eal.core.table import contention
from eal.core.table.item import dump, load
from eal.core.table.read import batch_get
from eal.core.table.write import AlreadyWritten, Stale, Throttled
from eal.core.transaction import MAX_OPERATIONS
from eal.domain.lead_imports import files, rows, store
from eal.domain.lead_imports.messages import ImportLeadsTask
from eal.domain.lead_imports.model import ExistingLeads, ImportRef, LeadImport, RowError, RowOutcome, decide
from eal.domain.lead_imports.pace import MAX_SLEEP_SECONDS, Pace
from eal.domain.lead_imports.rows import ImportRow, NotImportable
from eal.domain.leads import capture, collection
from eal.domain.leads import store as leads
from eal.domain.leads.model import Lead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.uploads import UploadForm

MAX_RUN_SECONDS = 240.0
"""Time for one run; the function times out after 300 seconds. After that, the remaining rows are left to a new
message."""
OPERATIONS_PER_LEAD = 4
"""Writes for a lead in addition to the claims of its contacts: the lead, its audit record, its event, and its score
history."""
OPERATIONS_PER_CHUNK = 4
"""The import, the chunk's errors, and the pointers to its unpublished audit records and events."""
MAX_ROWS_PER_CHUNK, MAX_ERRORS_PER_CHUNK = 1000, 500
"""Limits for rows that cost no operation: an item of errors stays below 400 KB, DynamoDB's limit."""
ROWS_PER_PROGRESS_UPDATE = 2000
"""Number of rows after which a dry run saves its progress."""
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


def work(task: ImportLeadsTask) -> None:
    """Process the uploaded file of an import, and enqueue the rest if the time is up."""
    deadline = time.monotonic() + MAX_RUN_SECONDS
    if lead_import := _unfinished(task.ref):
        run = _Run(task.ref, lead_import, Pace(task.pause_seconds), deadline)
        if not run.is_finished():
            _enqueue(replace(task, pause_seconds=run.pace.seconds), delay=run.delay)


def work_final_attempt(task: ImportLeadsTask) -> None:
    """Runs the import at the last receive of its message.

    If earlier attempts made no progress, the import is not attempted again: a file that kills the worker would kill it
    again, and the import would never end.

    Raises: ImportStalled.
    """
    lead_import = _unfinished(task.ref)
    # `updated_at` does not change while the import awaits its file, so the upload's time is the earliest start.
    if lead_import and clock.now() - max(lead_import.updated_at, task.uploaded_at) > STALLED_AFTER:
        raise ImportStalled(lead_import.id)
    work(task)


def enqueue_uploaded(uploads: Iterable[UploadForm]) -> None:
    """Enqueue the imports of an S3 notification."""
    for task in uploaded(uploads):
        _enqueue(task, delay=0)


def give_up(tasks: Iterable[ImportLeadsTask], fault: Exception) -> None:
    """Fail every import that has not ended."""
    reason = (
        "it made no progress"
        if isinstance(fault, ImportStalled)
        else "an internal error, or a service that the API depends on was unavailable"
    )
    for task in tasks:
        ref = task.ref
        if lead_import := _unfinished(ref):
            failure = (
                f"The import failed after {MAX_RECEIVES} attempts: {reason}. "
                f"The first {lead_import.processed} rows were processed. Import the remaining rows again."
            )
            by = store.caller_of(ref, lead_import)
            failed = lead_import.ended(failure, by.at)
            store.end(lead_import, failed, by)
            files.delete_upload(ref)
            _write_errors_of_failed(ref, failed)


def uploaded(uploads: Iterable[UploadForm]) -> Iterator[ImportLeadsTask]:
    """The imports of the files that S3 names."""
    for upload in uploads:
        ref = ImportRef.of_upload(upload.key)
        if ref is None:
            observe.logger.info("import_message_dropped")
            continue
        yield ImportLeadsTask(**ref.tenant._asdict(), import_id=ref.import_id, uploaded_at=upload.at)


def _enqueue(task: ImportLeadsTask, *, delay: int) -> None:
    aws.sqs().send_message(
        QueueUrl=settings.queue("import"),
        MessageBody=json.dumps(dump(task)),
        MessageGroupId=task.organization_id,
        DelaySeconds=delay,
    )


def _unfinished(ref: ImportRef) -> LeadImport | None:
    """The import, unless it has ended."""
    lead_import = store.find(ref)
    if lead_import is None or lead_import.has_ended:
        observe.logger.info("import_message_dropped", import_id=ref.import_id)
        if lead_import:
            _write_errors_of_failed(ref, lead_import)
        # The worker was killed before it deleted the file, or the upload was repeated or too late.
        files.delete_upload(ref)
        return None
    observe.bind(import_id=lead_import.id, request_id=lead_import.request_id)
    return lead_import


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
    """One run of the worker on one import. After it, `delay` is the time in seconds until the next run."""

    def __init__(self, ref: ImportRef, lead_import: LeadImport, pace: Pace, deadline: float) -> None:
        self.pace = pace
        self.delay = 0
        self._ref = ref
        self._lead_import = lead_import
        self._deadline = deadline

    def is_finished(self) -> bool:
        """Process rows until the end of the file, the deadline or a long pause. False if rows are left.

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
            if not self._write_at_pace(chunk):
                return False
            if time.monotonic() > self._deadline and self._lead_import.processed != self._lead_import.total:
                return False
        if self._lead_import.failed:
            _write_errors(self._ref, self._lead_import, self._caller())
        self._end(None)
        return True

    def _write_at_pace(self, chunk: list[ImportRow]) -> bool:
        """False if the table throttles and the import returns to its queue."""
        is_written = False
        while not is_written:
            try:
                self._write(chunk)
                is_written = True
                self.pace.speed_up()
            except Throttled:
                observe.count("imports_throttled")
                self.pace.slow_down()
                if self.pace.seconds > MAX_SLEEP_SECONDS:
                    self.delay = math.ceil(self.pace.seconds)
                    return False
            time.sleep(min(self.pace.seconds, MAX_SLEEP_SECONDS))
        return True

    def _write(self, chunk: list[ImportRow]) -> None:
        """Raises: Throttled; Stale if another worker has advanced the import; Unavailable."""
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

    def _try_to_write(self, chunk: list[ImportRow]) -> None:
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
            by.transaction.commit(gives_way=True)
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

    def _simulate(self, chunk: list[ImportRow], simulated: SimulatedLeads) -> RowOutcome:
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


def chunks(
    file_rows: Iterable[ImportRow], *, per_lead: int = OPERATIONS_PER_LEAD
) -> Iterator[list[ImportRow]]:
    """Rows that fit into one transaction, whatever their outcome."""
    chunk: list[ImportRow] = []
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
    claims = _read_all(collection.LEAD_CONTACTS.key(by.tenant, contact) for contact in contacts)
    for contact, claim in zip(contacts, claims, strict=True):
        if claim:
            existing.holders[contact] = cast("str", claim["lead_id"])
    missing = sorted({*existing.holders.values()} - existing.leads.keys()) if with_leads else []
    items = _read_all(collection.LEADS.key(by.tenant, lead_id) for lead_id in missing)
    for lead_id, item in zip(missing, items, strict=True):
        if item is None:
            raise Stale
        existing.leads[lead_id] = load(Lead, item)


def _read_all(keys: Iterable[Key]) -> list[Item | None]:
    """The items in the order of the keys. They are not a snapshot: the commit checks the version of each lead that it
    replaces. BatchGetItem returns what fits into 16 MB and leaves the rest for another call, whatever the items' size.
    """
    wanted = list(keys)
    found = {
        (item["pk"], item["sk"]): item
        for item in batch_get(settings.state_table(), [dict(key._asdict()) for key in wanted])
    }
    return [found.get(key) for key in wanted]


def _lead_of(row: ImportRow, lead_id: str, by: Caller) -> Lead | tuple[RowError, ...]:
    return capture.from_body(row.body, lead_id, by) if row.body else row.errors


def _contacts(candidates: Iterable[Candidate]) -> set[str]:
    return {
        contact
        for _, candidate in candidates
        if isinstance(candidate, Lead)
        for contact in candidate.contacts
    }
