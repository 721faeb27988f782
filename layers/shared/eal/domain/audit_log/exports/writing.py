"""The worker's half of an export: from the archive's segments into one file, in memory that does not grow with it.

The file is a multipart upload. After each part an item says how far it has come, and the next run goes on from there.
Parts follow from the records alone, so a part that is uploaded twice, or by two workers at once, is the same part.
"""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from eal.core import clock, observe
from eal.core.caller import worker
from eal.core.table.keys import partition
from eal.core.table.read import walk
from eal.core.table.write import Stale
from eal.domain.audit_log import checkpoints
from eal.domain.audit_log.exports import csv, file, segments, store
from eal.domain.audit_log.exports.file import Place
from eal.domain.audit_log.exports.model import GIVEN_UP, File, Manifest, Progress
from eal.domain.audit_log.store import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.exports.model import AuditExport
    from eal.domain.audit_log.exports.segments import Segment
    from eal.domain.audit_log.model import Checkpoint

PART_BYTES = 8 * 1024 * 1024
"""S3 takes 10,000 parts: 80 GB, a hundred million records."""
RUN_SECONDS = 840
"""Of the function's 900. What is not done by then goes on with another message."""
_SOONEST, _LATEST = 5, 300
_TRIES = 4


class GivenUp(Exception):
    """The export could not be finished in a day."""


def work(tenant: Tenant, export_id: str, request_id: str) -> int | None:
    """Work on an export until it is done, or time is up. The seconds after which to go on; None where it is done.

    Raises: GivenUp; segments.Gap, checkpoints.Forked, tree.Broken: no export is made of a log that was changed.
    """
    export, progress = store.read(tenant, export_id)
    if export is None or export.completed_at:
        return None
    age = clock.now() - export.created_at
    if age > GIVEN_UP:
        raise GivenUp(export_id)
    later = min(max(int(age.total_seconds() / 2), _SOONEST), _LATEST)
    run = _Run(export, tenant, request_id)
    try:
        progress = progress or run.begin()
        if progress is None:
            return later
        try:
            return run.go_on(progress)
        except file.Gone:
            run.start_over(progress)
            return 0
    except Stale:
        # Another worker has this export, which is unusual: it is left to it, and looked at again.
        return later


@dataclass(slots=True)
class _Run:
    """One run of the worker on one export."""

    export: AuditExport
    tenant: Tenant
    request_id: str
    place: Place = field(init=False)
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.place = Place.of(self.export, self.tenant)

    def begin(self) -> Progress | None:
        """The start of the work, once the record of the export's own creation is archived; None until then.

        So the export holds all that was recorded before it, and ends where a signed checkpoint does. Raises: Stale.
        """
        seq = self._own_seq()
        standing = checkpoints.standing(self.tenant)
        if seq is None or standing.size < seq:
            return None
        by = self._caller()
        checkpoint = checkpoints.sign(by, standing)
        by.transaction.commit()
        if checkpoint is None:
            return None
        progress = self._from_the_start(checkpoint, version=1)
        if not store.start(self.export, progress, self.tenant):
            raise Stale
        return progress

    def go_on(self, progress: Progress) -> int | None:
        """As `work`. Raises: Gone, Stale, Gap."""
        if not progress.is_written:
            progress = self._write(progress)
        # The file's hash is made in one go (80 GB in ten minutes), so it is not begun late in a run.
        if not progress.is_written or self._has_run_for(RUN_SECONDS / 2):
            return 0
        self._finish(progress)
        return None

    def start_over(self, progress: Progress) -> None:
        """With a new upload, for the same records. Raises: Stale."""
        _, standing = store.read(self.tenant, self.export.id)
        if standing is None or standing.upload_id != progress.upload_id:
            raise Stale
        self.save(self._from_the_start(progress.checkpoint, version=standing.version + 1))

    def save(self, progress: Progress) -> None:
        """Raises: Stale."""
        if not store.advance(self.export, progress, self.tenant):
            raise Stale

    def _write(self, progress: Progress) -> Progress:
        """All parts, or as many as time allows."""
        out = _Output(self, progress)
        for segment, compressed in segments.read(self.tenant, progress.segment, progress.size):
            if self._is_past(compressed):
                break
            for seq, data in self._selected(segment, compressed, progress):
                out.take(seq, data)
                if out.is_full:
                    out.end_part(segment.first, seq + 1)
            if self._has_run_for(RUN_SECONDS):
                return out.pause(segment.first, segment.last + 1)
        return out.end()

    def _finish(self, progress: Progress) -> None:
        """Make the file of its parts, hash what lies in the bucket, and say so. Raises: Gone, Stale."""
        file.complete(self.place, progress.upload_id)
        sha256, size = file.hashed(self.place)
        if size != progress.bytes:
            raise file.Gone
        manifest = Manifest(
            files=(File(name=self.place.name, sha256=sha256, bytes=size),),
            records=progress.records,
            first_seq=progress.first_seq,
            last_seq=progress.last_seq,
            expired_through_seq=progress.expired or None,
            complete=self.export.filters.is_empty and not progress.expired,
            checkpoint=progress.checkpoint,
        )
        self._complete(manifest)
        observe.count("audit_exported", progress.records)

    def _complete(self, manifest: Manifest) -> None:
        """Raises: Stale."""
        for attempt in range(_TRIES):
            by = self._caller()
            store.complete(self.export, manifest, by)
            try:
                return by.transaction.commit()
            except Stale:
                # The tenant asked for another export at this moment; the file is not hashed again for that.
                if attempt == _TRIES - 1:
                    raise
        return None

    def _selected(
        self, segment: Segment, compressed: bytes, progress: Progress
    ) -> Iterator[tuple[int, bytes]]:
        """The numbers and bytes of the segment's records that the export shall hold and does not yet."""
        filters, as_csv = self.export.filters, self.export.format == "csv"
        takes_all = filters.is_empty
        for seq, line in segments.lines(segment, compressed):
            if seq < progress.next_seq:
                continue
            if seq > progress.size:
                return
            if takes_all and not as_csv:
                yield seq, line
                continue
            record = json.loads(line)
            if takes_all or (filters.covers(record) and matches(filters, record)):
                yield seq, csv.line(record).encode() if as_csv else line

    def _is_past(self, compressed: bytes) -> bool:
        """Whether nothing of the wanted time can follow."""
        before = self.export.filters.created_before
        return (
            before is not None and segments.first_made_at(io.BytesIO(compressed)) > before + segments.MARGIN
        )

    def _from_the_start(self, checkpoint: Checkpoint, *, version: int) -> Progress:
        since = self.export.filters.created_after
        start = segments.from_time(self.tenant, since, checkpoint.size) if since else 1
        expired = 0
        if start == 1 and (oldest := segments.first_from(self.tenant, 1)):
            start, expired = oldest.first, oldest.first - 1
        return Progress(
            checkpoint=checkpoint,
            upload_id=file.begin(self.place, self.export.format),
            segment=start,
            next_seq=start,
            expired=expired,
            version=version,
        )

    def _own_seq(self) -> int | None:
        """The number of the record that tells of the export's creation, once it has one."""
        about = partition(self.tenant, "AUDIT", "audit_export", self.export.id)
        for record in walk("gsi1pk = :pk", {":pk": about}, index="gsi1"):
            seq = record.get("seq")
            return seq if isinstance(seq, int) else None
        return None

    def _caller(self) -> Caller:
        return worker("export_audit", self.tenant, self.request_id)

    def _has_run_for(self, seconds: float) -> bool:
        return time.monotonic() - self._began > seconds


class _Output:
    """The file as it grows: what is not in a finished part yet, and the counts."""

    def __init__(self, run: _Run, progress: Progress) -> None:
        self._run = run
        self._saved = progress
        self._records, self._bytes = progress.records, progress.bytes
        self._first, self._last = progress.first_seq, progress.last_seq
        self._open = bytearray()
        if progress.tail:
            self._open += file.kept(run.place, progress.tail)
        elif run.export.format == "csv" and not progress.parts:
            self._open += csv.header().encode()
            self._bytes += len(self._open)

    @property
    def is_full(self) -> bool:
        return len(self._open) >= PART_BYTES

    def take(self, seq: int, data: bytes) -> None:
        self._open += data
        self._bytes += len(data)
        self._records += 1
        self._last = seq
        if self._first is None:
            self._first = seq

    def end_part(self, segment: int, next_seq: int, *, is_written: bool = False) -> None:
        """Upload what is open, and go on after it. Raises: Gone, Stale."""
        number = self._saved.parts + 1
        file.put_part(self._run.place, self._saved.upload_id, number, bytes(self._open))
        self._open.clear()
        self._save(segment, next_seq, parts=number, tail=None, is_written=is_written)

    def pause(self, segment: int, next_seq: int) -> Progress:
        """Put aside what is open: S3 takes no small part before the last one. Raises: Stale."""
        name = f"tail-{self._saved.parts}-{next_seq}" if self._open else None
        if name:
            file.keep(self._run.place, name, bytes(self._open))
        self._save(segment, next_seq, parts=self._saved.parts, tail=name)
        return self._saved

    def end(self) -> Progress:
        """The last part, which may be small, and is empty in an empty file. Raises: Gone, Stale."""
        self.end_part(self._saved.segment, self._saved.size + 1, is_written=True)
        return self._saved

    def _save(
        self, segment: int, next_seq: int, *, parts: int, tail: str | None, is_written: bool = False
    ) -> None:
        self._saved = replace(
            self._saved,
            segment=segment,
            next_seq=next_seq,
            parts=parts,
            tail=tail,
            records=self._records,
            bytes=self._bytes,
            first_seq=self._first,
            last_seq=self._last,
            is_written=is_written,
            version=self._saved.version + 1,
        )
        self._run.save(self._saved)
