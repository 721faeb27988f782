"""The worker of exports: it copies the segments of the archive to one file, in bounded memory.

The file is a multipart upload. After each part, the progress is stored, and the next run resumes from it. The content
of parts follows from the records alone, so repeated and concurrent uploads of a part are identical.
"""

from __future__ import annotations

import io
import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from eal.core import aws, clock, observe, settings
from eal.core.caller import worker
from eal.core.table.read import walk
from eal.core.table.write import Stale
from eal.domain.audit_log import checkpoints, segments
from eal.domain.audit_log.exports import csv, file, store
from eal.domain.audit_log.exports.file import ExportFile
from eal.domain.audit_log.exports.model import DEADLINE, ExportedFile, ExportManifest, Progress
from eal.domain.audit_log.store import AUDIT_RECORDS, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.exports.messages import ExportAuditTask
    from eal.domain.audit_log.exports.model import AuditExport
    from eal.domain.audit_log.model import Checkpoint
    from eal.domain.audit_log.segments import Segment

PART_BYTES, PART_GROWTH_BYTES = 8 * 1024 * 1024, 48 * 1024
"""The size of the first part, and by how much each part is larger than the one before. S3 accepts 10,000 parts: with
equal parts, an export would end at 80 GB. The last part has 500 MB, of which memory holds two copies, and all parts
together 2.5 TB, more than a worker writes within DEADLINE."""
MAX_HASHED_BYTES = 40 * 1000**3
"""Hashing a file cannot be resumed, and S3 does not send more to a function in the time of a run (60 MB/s, assumed)."""
RUN_SECONDS = 840
"""Time for one run, in seconds; the function times out after 900. After that, another message continues the export."""
_MIN_DELAY_SECONDS, _MAX_DELAY_SECONDS = 5, 300
_MAX_COMMIT_ATTEMPTS = 4


class DeadlineExceeded(Exception):
    """The export was not completed within a day."""


def export(task: ExportAuditTask) -> None:
    """Continue an export, and enqueue its next message unless it has ended.

    Raises: as `work`.
    """
    seconds = work(task.tenant, task.export_id, task.request_id)
    if seconds is not None:
        aws.sqs().send_message(
            QueueUrl=settings.queue("export"),
            MessageBody=json.dumps(asdict(task)),
            MessageGroupId=task.organization_id,
            DelaySeconds=seconds,
        )


def give_up(task: ExportAuditTask) -> None:
    """Mark the export as failed. A redrive of its message, now a dead letter, still completes it."""
    by = task.as_worker("export_audit")
    store.fail(task.export_id, by)
    by.transaction.commit()


def work(tenant: Tenant, export_id: str, request_id: str) -> int | None:
    """Continue an export. Returns the delay of the next message in seconds; None if the export has ended.

    Raises: DeadlineExceeded; segments.Gap, checkpoints.Forked, tree.Broken if the log was tampered with.
    """
    export, progress = store.read(tenant, export_id)
    if export is None or export.completed_at:
        return None
    age = clock.now() - export.created_at
    if age > DEADLINE:
        raise DeadlineExceeded(export_id)
    delay = min(max(int(age.total_seconds() / 2), _MIN_DELAY_SECONDS), _MAX_DELAY_SECONDS)
    run = _Run(export, tenant, request_id)
    try:
        progress = progress or run.begin()
        if progress is None:
            return delay
        try:
            return run.resume(progress)
        except file.FileMissing:
            run.restart(progress)
            return 0
    except Stale:
        # Another worker is processing this export (rare): let it finish and check again later.
        return delay


@dataclass(slots=True)
class _Run:
    """One run of the worker on one export."""

    export: AuditExport
    tenant: Tenant
    request_id: str
    export_file: ExportFile = field(init=False)
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.export_file = ExportFile.of(self.export, self.tenant)

    def begin(self) -> Progress | None:
        """The first progress, once the audit record of the export's creation is archived; None until then.

        So the export contains all records before its creation, and ends at a signed checkpoint. Raises: Stale.
        """
        seq = self._own_seq()
        state = checkpoints.log_state(self.tenant)
        if seq is None or state.size < seq:
            return None
        by = self._caller()
        checkpoint = checkpoints.sign(by, state)
        by.transaction.commit()
        if checkpoint is None:
            return None
        progress = self._initial_progress(checkpoint, version=1)
        if not store.start(self.export, progress, self.tenant):
            raise Stale
        return progress

    def resume(self, progress: Progress) -> int | None:
        """Continue an export that has begun; the result is that of `work`. Raises: FileMissing, Stale, Gap."""
        if not progress.is_written:
            progress = self._write(progress)
        # Hashing the file cannot be resumed, so it does not begin late in a run.
        if not progress.is_written or self._has_run_for(RUN_SECONDS / 2):
            return 0
        self._finish(progress)
        return None

    def restart(self, progress: Progress) -> None:
        """Restart with a new upload, for the same records. Raises: Stale."""
        _, current = store.read(self.tenant, self.export.id)
        if current is None or current.upload_id != progress.upload_id:
            raise Stale
        self.save(self._initial_progress(progress.checkpoint, version=current.version + 1))

    def save(self, progress: Progress) -> None:
        """Raises: Stale."""
        if not store.advance(self.export, progress, self.tenant):
            raise Stale

    def _write(self, progress: Progress) -> Progress:
        """Write all parts, or as many as time allows."""
        output = _Output(self, progress)
        for segment, compressed in segments.read(self.tenant, progress.segment, progress.size):
            if self._is_past(compressed):
                break
            for seq, data in self._selected(segment, compressed, progress):
                output.add(seq, data)
                if output.is_full:
                    output.end_part(segment.first, seq + 1)
            if self._has_run_for(RUN_SECONDS):
                return output.pause(segment.first, segment.last + 1)
        return output.end()

    def _finish(self, progress: Progress) -> None:
        """Complete the upload, hash the file in the bucket, and commit the manifest. Raises: FileMissing, Stale."""
        file.complete(self.export_file, progress.upload_id)
        sha256, size = file.hash_and_size(self.export_file, MAX_HASHED_BYTES)
        if size != progress.bytes:
            raise file.FileMissing
        manifest = ExportManifest(
            files=(ExportedFile(name=self.export_file.name, sha256=sha256, bytes=size),),
            records=progress.records,
            first_seq=progress.first_seq,
            last_seq=progress.last_seq,
            expired_through_seq=progress.expired or None,
            complete=self.export.filters.is_empty and not progress.expired,
            checkpoint=progress.checkpoint,
        )
        self._complete(manifest)
        observe.count("audit_exported", progress.records)

    def _complete(self, manifest: ExportManifest) -> None:
        """Raises: Stale."""
        for attempt in range(_MAX_COMMIT_ATTEMPTS):
            by = self._caller()
            store.complete(self.export, manifest, by)
            try:
                return by.transaction.commit()
            except Stale:
                # The tenant requested another export concurrently. Retry here, so that the file is not hashed again.
                if attempt == _MAX_COMMIT_ATTEMPTS - 1:
                    raise
        return None

    def _selected(
        self, segment: Segment, compressed: bytes, progress: Progress
    ) -> Iterator[tuple[int, bytes]]:
        """The numbers and bytes of the segment's records that the export must contain and does not contain yet."""
        filters, as_csv = self.export.filters, self.export.format == "csv"
        is_unfiltered = filters.is_empty
        for seq, line in segments.lines(segment, compressed):
            if seq < progress.next_seq:
                continue
            if seq > progress.size:
                return
            if is_unfiltered and not as_csv:
                yield seq, line
                continue
            record = json.loads(line)
            if is_unfiltered or (filters.covers(record) and matches(filters, record)):
                yield seq, csv.line(record).encode() if as_csv else line

    def _is_past(self, compressed: bytes) -> bool:
        """Whether no later record can be in the requested time range."""
        before = self.export.filters.created_before
        return (
            before is not None
            and segments.first_created_at(io.BytesIO(compressed)) > before + segments.MARGIN
        )

    def _initial_progress(self, checkpoint: Checkpoint, *, version: int) -> Progress:
        since = self.export.filters.created_after
        start = segments.from_time(self.tenant, since - segments.MARGIN, checkpoint.size) if since else 1
        expired = 0
        if start == 1 and (oldest := segments.first_from(self.tenant, 1)):
            start, expired = oldest.first, oldest.first - 1
        return Progress(
            checkpoint=checkpoint,
            upload_id=file.begin(self.export_file, self.export.format),
            segment=start,
            next_seq=start,
            expired=expired,
            version=version,
        )

    def _own_seq(self) -> int | None:
        """The number of the audit record of the export's creation; None until it is numbered."""
        by_resource = AUDIT_RECORDS.partition(self.tenant, "audit_export", self.export.id)
        for record in walk("gsi1pk = :pk", {":pk": by_resource}, index="gsi1"):
            seq = record.get("seq")
            return seq if isinstance(seq, int) else None
        return None

    def _caller(self) -> Caller:
        return worker("export_audit", self.tenant, self.request_id)

    def _has_run_for(self, seconds: float) -> bool:
        return time.monotonic() - self._started > seconds


class _Output:
    """The file in progress: the data that is not in a finished part yet, and the counts."""

    def __init__(self, run: _Run, progress: Progress) -> None:
        self._run = run
        self._saved = progress
        self._records, self._bytes = progress.records, progress.bytes
        self._first, self._last = progress.first_seq, progress.last_seq
        self._open = bytearray()
        if progress.tail:
            self._open += file.get_tail(run.export_file, progress.tail)
        elif run.export.format == "csv" and not progress.parts:
            self._open += csv.header().encode()
            self._bytes += len(self._open)

    @property
    def is_full(self) -> bool:
        return len(self._open) >= PART_BYTES + self._saved.parts * PART_GROWTH_BYTES

    def add(self, seq: int, data: bytes) -> None:
        self._open += data
        self._bytes += len(data)
        self._records += 1
        self._last = seq
        if self._first is None:
            self._first = seq

    def end_part(self, segment: int, next_seq: int, *, is_written: bool = False) -> None:
        """Upload the open data as a part, and save the progress. Raises: FileMissing, Stale."""
        number = self._saved.parts + 1
        file.put_part(self._run.export_file, self._saved.upload_id, number, bytes(self._open))
        self._open.clear()
        self._save(segment, next_seq, parts=number, tail=None, is_written=is_written)

    def pause(self, segment: int, next_seq: int) -> Progress:
        """Store the open data until the next run, because only the last part may be small. Raises: Stale."""
        name = f"tail-{self._saved.parts}-{next_seq}" if self._open else None
        if name:
            file.put_tail(self._run.export_file, name, bytes(self._open))
        self._save(segment, next_seq, parts=self._saved.parts, tail=name)
        return self._saved

    def end(self) -> Progress:
        """Upload the last part. It can be small, and is empty in an empty file. Raises: FileMissing, Stale."""
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
