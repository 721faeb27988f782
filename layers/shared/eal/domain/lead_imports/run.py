"""The work on an uploaded file: chunk by chunk, from wherever the last worker was killed.

A chunk is one transaction: its leads with their claims, audit records and events, its errors, and the import's next
version. The version decides between two workers with the same message. The message stays in the queue until the import
has ended. The losing worker keeps its message too: the winner may still be killed.
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
from eal.domain.lead_imports.model import Known, LeadImport, Place, RowError, Verdict, judge
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

LONGEST = 240.0
"""Seconds that one invocation works, of the 300 that it has; then the message is sent again."""
OF_A_LEAD = 4
"""Operations of a lead besides its contacts' claims: itself, its audit record, its event, its score's history."""
OF_A_CHUNK = 2
"""The import and the chunk's errors."""
MOST_IN_A_CHUNK, MOST_ERRORS_IN_A_CHUNK = 1000, 500
"""For rows that cost no operation, so that the item of errors stays small."""
READ_AT_ONCE = 60
"""Leads of the largest size, with their former contacts, that one transaction of DynamoDB reads: 4 MB is its limit."""
ROWS_OF_A_STEP = 2000
"""How often a dry run tells how far it is."""


RECEIVES = 5
"""The queue's maxReceiveCount: how often one message is handed out before it is put aside."""
IDLE = timedelta(minutes=15)
"""Longer than any invocation lasts: an import that did not change for so long is nobody's work."""

type Candidate = tuple[int, Lead | tuple[RowError, ...]]
"""A row's number, and the lead that it would make or what is wrong with it."""


class CameNoFurther(Exception):
    """Earlier tries of an import, the last of which may have been killed, made no progress."""


class Overtaken(Exception):
    """Another worker has this import, and has not ended it yet."""


class _Object(TypedDict):
    key: str


class _S3(TypedDict):
    object: _Object


class S3Record(TypedDict):
    """What S3 tells of an upload; the members that are read here."""

    eventTime: str
    s3: _S3


def work(message: Mapping[str, Json]) -> None:
    """Import what S3 says was uploaded. A test event of S3, which it sends once at deployment, has no records."""
    deadline = time.monotonic() + LONGEST
    for record, place, lead_import in _unfinished(message):
        _go_on(record, place, lead_import, deadline)


def work_last(message: Mapping[str, Json]) -> None:
    """The same with a message that is handed out for the last time.

    If earlier tries made no progress it is not tried again: a file that kills the worker would do so again, and its
    import would never end.
    Raises: CameNoFurther.
    """
    for record, _, lead_import in _unfinished(message):
        # While the import awaited its file, `updated_at` did not change; so count from the upload at the earliest.
        since = max(lead_import.updated_at, datetime.fromisoformat(record["eventTime"]))
        if clock.now() - since > IDLE:
            raise CameNoFurther(lead_import.id)
    work(message)


def give_up(message: Mapping[str, Json], fault: Exception) -> None:
    """Every import of the message that has not ended fails, and says why."""
    reason = (
        "it made no progress"
        if isinstance(fault, CameNoFurther)
        else "an internal error, or a service that the API depends on was unavailable"
    )
    for _, place, lead_import in _unfinished(message):
        failure = (
            f"The import failed after {RECEIVES} attempts: {reason}. "
            f"The first {lead_import.processed} rows were processed. Import the remaining rows again."
        )
        by = store.caller_of(place, lead_import)
        failed = lead_import.ended(failure, by.at)
        store.end(lead_import, failed, by)
        files.delete_upload(place)
        _write_errors_of_failed(place, failed)


def _unfinished(message: Mapping[str, Json]) -> Iterator[tuple[S3Record, Place, LeadImport]]:
    for record in cast("list[S3Record]", message.get("Records", [])):
        place = Place.of(unquote_plus(record["s3"]["object"]["key"]))
        lead_import = store.look_up(place) if place else None
        if place is None or lead_import is None or lead_import.has_ended:
            observe.logger.info("import_message_dropped", import_id=place.import_id if place else None)
            if place and lead_import:
                _write_errors_of_failed(place, lead_import)
            if place:  # its worker was killed before it did, or the file was uploaded again, or too late
                files.delete_upload(place)
            continue
        observe.bind(
            **place.tenant._asdict(),
            import_id=lead_import.id,
            request_id=lead_import.request_id,
        )
        yield record, place, lead_import


def _go_on(record: S3Record, place: Place, lead_import: LeadImport, deadline: float) -> None:
    if not _Run(place, lead_import, deadline).is_over():
        body = json.dumps({"Records": [record]})
        aws.sqs().send_message(QueueUrl=settings.queue("import"), MessageBody=body)


def _write_errors_of_failed(place: Place, lead_import: LeadImport) -> None:
    """Write what rows were refused before the import failed, if any were.

    After the import's end: were it before, an import whose errors kill the worker would never end.
    """
    if lead_import.lacks_error_file:
        by = store.caller_of(place, lead_import)
        _write_errors(place, lead_import, by)
        store.advance_alone(lead_import, lead_import.with_error_file(by.at), (), by)


def _write_errors(place: Place, lead_import: LeadImport, by: Caller) -> None:
    with files.ErrorFile() as errors:
        errors.add(store.all_errors(lead_import, by))
        errors.put(place)


class _Run:
    def __init__(self, place: Place, lead_import: LeadImport, deadline: float) -> None:
        self._place = place
        self._lead_import = lead_import
        self._deadline = deadline

    def is_over(self) -> bool:
        """Work until the file's end or the deadline. False where rows are left.

        Raises: Overtaken, Unavailable.
        """
        try:
            return self._work()
        except Stale:
            now = store.look_up(self._place)
            if now and not now.has_ended:
                raise Overtaken from None
            return True

    def _work(self) -> bool:
        try:
            with files.fetched(self._place, self._lead_import.etag) as (file, etag):
                if self._lead_import.status == "awaiting_upload":
                    self._start(file, etag)
                return self._dry_run(file) if self._lead_import.dry_run else self._import(file)
        except NotImportable as why:
            self._end(str(why))
            return True

    def _start(self, file: BinaryIO, etag: str) -> None:
        """Read the whole file once: what is wrong with it as a whole is found before any row is written."""
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
            _write_errors(self._place, self._lead_import, self._caller())
        self._end(None)
        return True

    def _write(self, chunk: list[Row]) -> None:
        """Raises: Stale where another worker has advanced the import; Unavailable."""
        for attempt in range(contention.ATTEMPTS):
            try:
                return self._try_to_write(chunk)
            except (Stale, AlreadyWritten, Conflict):
                # Somebody took a contact or changed a lead meanwhile, or has this very import.
                now = store.look_up(self._place)
                if now is None or now.version != self._lead_import.version:
                    raise Stale from None
            contention.pause(attempt)
        raise Unavailable("The leads kept changing during the import.")

    def _try_to_write(self, chunk: list[Row]) -> None:
        by = self._caller()
        candidates = [(row.number, _made(row, ids.new("lead", by.at), by)) for row in chunk]
        known = Known()
        look_up(candidates, known, by, with_leads=self._lead_import.on_duplicate == "update")
        before = dict(known.leads)
        verdict = judge(candidates, known, self._lead_import.on_duplicate)
        after = self._lead_import.advanced(len(chunk), verdict, by.at)
        if verdict.after:
            store.advance(self._lead_import, after, verdict.errors, by)
            for lead in verdict.after.values():
                leads.write(before.get(lead.id), lead, by)
            by.transaction.commit()
        elif not store.advance_alone(self._lead_import, after, verdict.errors, by):
            raise Stale
        self._lead_import = after
        observe.count("rows_imported", len(chunk))

    def _dry_run(self, file: BinaryIO) -> bool:
        """The same judgements, from the first row on: what rows would have made is in memory alone."""
        imagined = Imagined()
        now = self._lead_import.from_its_beginning(clock.now())
        told = 0
        with files.ErrorFile() as errors:
            for chunk in chunks(rows.read(file, self._lead_import.format, 0), of_a_lead=0):
                if time.monotonic() > self._deadline:
                    raise NotImportable(f"The dry run exceeded its time limit of {LONGEST:.0f} seconds.")
                verdict = self._imagine(chunk, imagined)
                now = now.advanced(len(chunk), verdict, clock.now())
                errors.add(verdict.errors)
                if now.processed - told >= ROWS_OF_A_STEP:
                    self._tell(now)
                    told = now.processed
            if now.failed:
                errors.put(self._place)
        self._tell(now)
        self._end(None)
        return True

    def _imagine(self, chunk: list[Row], imagined: Imagined) -> Verdict:
        by = self._caller()
        candidates = [(row.number, _made(row, f"row {row.number}", by)) for row in chunk]
        known = imagined.known(candidates)
        update = self._lead_import.on_duplicate == "update"
        look_up(candidates, known, by, with_leads=update)
        verdict = judge(candidates, known, self._lead_import.on_duplicate)
        imagined.keep(verdict.after.values(), whole=update)
        return verdict

    def _tell(self, now: LeadImport) -> None:
        if not store.advance_alone(self._lead_import, now, (), self._caller()):
            raise Stale
        self._lead_import = now

    def _end(self, failure: str | None) -> None:
        by = self._caller()
        ended = self._lead_import.ended(failure, by.at)
        store.end(self._lead_import, ended, by)
        files.delete_upload(self._place)
        _write_errors_of_failed(self._place, ended)
        observe.logger.info(
            "import_ended",
            rows=self._lead_import.processed,
            failed=self._lead_import.failed,
            whole=not failure,
        )

    def _caller(self) -> Caller:
        return store.caller_of(self._place, self._lead_import)


class Imagined:
    """What a dry run has imagined so far. Leads are packed: a hundred thousand of them take 50 MB."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}
        self._leads: dict[str, bytes] = {}

    def known(self, candidates: Iterable[Candidate]) -> Known:
        contacts = _contacts(candidates)
        holders = {one: self._holders[one] for one in contacts if one in self._holders}
        packed = {one: self._leads[one] for one in {*holders.values()} if one in self._leads}
        return Known(
            holders, {one: load(Lead, json.loads(zlib.decompress(lead))) for one, lead in packed.items()}
        )

    def keep(self, some: Iterable[Lead], *, whole: bool) -> None:
        for lead in some:
            self._holders |= dict.fromkeys(lead.contacts, lead.id)
            if whole:
                self._leads[lead.id] = zlib.compress(json.dumps(dump(lead)).encode(), level=1)


def chunks(some: Iterable[Row], *, of_a_lead: int = OF_A_LEAD) -> Iterator[list[Row]]:
    """Rows that one transaction can take, whatever becomes of them."""
    chunk: list[Row] = []
    operations = OF_A_CHUNK
    errors = 0
    for row in some:
        more = of_a_lead + row.contacts if row.body else 0
        if chunk and (
            operations + more > MAX_OPERATIONS
            or errors + len(row.errors) > MOST_ERRORS_IN_A_CHUNK
            or len(chunk) == MOST_IN_A_CHUNK
        ):
            yield chunk
            chunk, operations, errors = [], OF_A_CHUNK, 0
        chunk.append(row)
        operations += more
        errors += len(row.errors)
    if chunk:
        yield chunk


def look_up(candidates: Iterable[Candidate], known: Known, by: Caller, *, with_leads: bool) -> None:
    """Add to `known` who has the candidates' contacts, and those leads.

    Raises: Stale where a lead was erased between the two reads.
    """
    contacts = sorted(_contacts(candidates) - known.holders.keys())
    for contact, claim in zip(
        contacts, _all(leads.LEAD_CONTACTS.key(by.tenant, one) for one in contacts), strict=True
    ):
        if claim:
            known.holders[contact] = cast("str", claim["lead_id"])
    missing = sorted({*known.holders.values()} - known.leads.keys()) if with_leads else []
    for lead_id, item in zip(missing, _all(leads.LEADS.key(by.tenant, one) for one in missing), strict=True):
        if item is None:
            raise Stale
        known.leads[lead_id] = load(Lead, item)


def _all(keys: Iterable[Key]) -> list[Item | None]:
    """Not as they were at one moment: the versions of what is written over decide."""
    return [item for some in batched(keys, READ_AT_ONCE, strict=False) for item in get_all(some)]


def _made(row: Row, lead_id: str, by: Caller) -> Lead | tuple[RowError, ...]:
    return capture.from_body(row.body, lead_id, by) if row.body else row.errors


def _contacts(candidates: Iterable[Candidate]) -> set[str]:
    return {contact for _, one in candidates if isinstance(one, Lead) for contact in one.contacts}
