"""One attempt to fetch a recording, from the queue's message to the outcome.

`eal.core.outbound.attempts` makes it safe to be killed at any line. Each host is, per tenant, an endpoint with slots
and health (`eal.core.outbound.slots`): one that fails has one attempt in flight, and one that hangs is paused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

from eal.core import audit, clock, observe
from eal.core.caller import worker
from eal.core.outbound import download, later, slots
from eal.core.outbound.attempts import Attempts, jitter
from eal.core.outbound.download import DownloadFailed, DownloadTooLarge
from eal.core.outbound.health import Result
from eal.core.outbound.schedule import DEFERRAL_TIMEOUT, next_attempt_at
from eal.core.outbound.slots import NoSlot, Slot, SlotRequest, SlotTerms
from eal.core.table import progress
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.read import get_all
from eal.core.table.write import Stale
from eal.domain.calls import audio, recordings, store
from eal.domain.calls.messages import FetchRecordingTask
from eal.domain.calls.model import Recording
from eal.domain.calls.recordings import NotAudio, StoredAudio
from eal.domain.calls.store import CALLS
from eal.domain.organization_settings import retention as retention_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.domain.calls.model import Call

FETCH_SECONDS = 45.0
"""Time-out of a whole download, in seconds. With the upload, it ends before the worker's timeout and its slot's lease,
60 seconds."""
MAX_BYTES = 100 * 1024 * 1024
"""Maximum size of a recording: more than seven hours of a tracker's usual MP3 with 32 kbit/s, or one and a half hours
of a WAV of 8 kHz."""
_MAX_REDIRECTS = {"callrail": 3}
"""CallRail's URLs redirect to the storage of its files. The URLs of other trackers lead to the file."""
_HEALTH_KIND = "RECORDING_HEALTH"
_OK, _TOO_MANY_REQUESTS = 200, 429
NOT_KEPT, OVERDUE = "not_kept", "overdue"
_FINAL_FAULTS = frozenset(
    {
        "blocked_address", "redirect_not_followed", "too_large", "not_audio", "http_401", "http_403", "http_410",
        NOT_KEPT,
    }
)  # fmt: skip
"""Faults that a retry would not change. A recording that is not found may appear later."""


class FetchOutcome(NamedTuple):
    """The result of an attempt: the stored audio, or a fault. `result` is for the health of the host, None if nothing
    was sent.
    """

    fault: str | None = None
    stored: StoredAudio | None = None
    retry_after: float | None = None
    result: Result | None = None


class Fetch(NamedTuple):
    """A recording that is pending, with its call."""

    call: Call
    recording: Recording
    url: str

    @property
    def attempts_made(self) -> int:
        return self.recording.attempts

    @property
    def next_attempt_at(self) -> datetime | None:
        return self.recording.next_attempt_at

    @property
    def status(self) -> str:
        return self.recording.status

    @property
    def host(self) -> str:
        """The host and port, for its slots and health: without a user name or a query, which can be secrets."""
        found = re.match(r"https?://([a-z0-9.-]{1,253}(?::\d{1,5})?)(?:[/?#]|$)", self.url.lower())
        return found[1] if found else "invalid"

    def after(self, outcome: FetchOutcome, now: datetime, *, jitter: float) -> Self:
        """The fetch after an attempt. `jitter` is from -1 to 1."""
        was = self.recording
        attempts, next_at = was.attempts + 1, None
        if outcome.fault and outcome.fault not in _FINAL_FAULTS:
            next_at = next_attempt_at(
                attempts, now, began_at=was.requested_at, jitter=jitter, retry_after=outcome.retry_after
            )
        return self._replace(
            recording=replace(
                was,
                status="stored" if outcome.stored else "pending" if next_at else "failed",
                attempts=attempts,
                next_attempt_at=next_at,
                last_error=outcome.fault,
                stored_at=now if outcome.stored else None,
                content_type=outcome.stored.content_type if outcome.stored else None,
                size_bytes=outcome.stored.size_bytes if outcome.stored else None,
                version=was.version + 1,
            )
        )


def find(message: FetchRecordingTask) -> Fetch | None:
    """The fetch of a message; None if it is not pending, or if another URL, a deletion or an erasure replaced it."""
    item, recording_item = _read(message)
    if item is None or recording_item is None:
        return None
    call, recording = CALLS.load(item), load(Recording, recording_item)
    url = call.facts.recording_url
    if url is None or recording.status != "pending":
        return None
    if not recordings.source_sha256(url) == recording.source_sha256 == message.source_sha256:
        return None
    return Fetch(call, recording, url)


_ATTEMPTS = Attempts[FetchRecordingTask, Fetch](
    queues={"fast": "recording", "slow": "recording"},
    group=lambda message: message.organization_id,
    id_of=lambda message: f"{message.call_id}-{message.source_sha256[:8]}",
    load=find,
    next_message=lambda message, due: replace(message, attempt=due.attempts_made + 1, deferrals=0),
    dropped_event="fetch_message_dropped",
    deferred_event="fetch_deferred",
    attempted_event="fetch_attempted",
    deferred_counter="recordings_deferred",
    counters={"stored": "recordings_stored", "failed": "recordings_failed"},
)


def fetch(message: FetchRecordingTask) -> None:
    """Make the attempt that is due, if one is.

    Raises: Unavailable; StatementFailed.
    """
    observe.bind(call_id=message.call_id)
    due = _ATTEMPTS.pending(message, find(message))
    if due is None or due.next_attempt_at is None:
        _delete_object_of_none(message)
        return
    now = clock.now()
    if due.next_attempt_at > now:
        later.send(_ATTEMPTS.delayed(message, due.next_attempt_at, "fast"), now)
        return
    if not _is_kept(message, due.call, now):
        _record(message, due, FetchOutcome(NOT_KEPT), now)
        return
    slot = slots.acquire(_slot_request(message, due), now, SlotTerms())
    if isinstance(slot, NoSlot):
        if now - due.recording.requested_at > DEFERRAL_TIMEOUT:
            _record(message, due, FetchOutcome(OVERDUE), now)
        else:
            later.send(_ATTEMPTS.without_slot(message, slot, "slow", now), now)
        return
    _fetch_in(slot, message, due)


def _fetch_in(slot: Slot, message: FetchRecordingTask, due: Fetch) -> None:
    result = None
    try:
        outcome = _FETCHERS[message.mode](message, due)
        result = outcome.result
        _record(message, due, outcome, clock.now())
    finally:
        slots.release_all([(slot, result)], clock.now())


def _record(message: FetchRecordingTask, due: Fetch, outcome: FetchOutcome, now: datetime) -> None:
    chosen = jitter()
    _ATTEMPTS.record(
        message,
        due,
        change=lambda before: before.after(outcome, now, jitter=chosen),
        write=lambda before, after: _write(message, before, after),
        lane="fast",
        now=now,
        fault=outcome.fault,
    )
    if outcome.stored:
        _delete_object_of_none(message)


def _write(message: FetchRecordingTask, before: Fetch, after: Fetch) -> bool:
    """Put the recording after an attempt. False if it, or its call, has changed."""
    if after.status == "pending":
        return progress.advance(
            recordings.item_of(after.recording, message.tenant), was=before.recording.version
        )
    by = worker("fetch_recording", message.tenant, message.request_id)
    call = replace(before.call, recording_deleted_at=None, updated_at=by.at, version=before.call.version + 1)
    store.replace_call(before.call, call, by)
    by.transaction.put_version(
        recordings.item_of(after.recording, message.tenant), was=before.recording.version
    )
    by.transaction.audit(
        f"call.recording_{after.status}",
        call.id,
        audit.changes(recordings.audited(before.recording), recordings.audited(after.recording)),
    )
    try:
        by.transaction.commit()
    except Stale:
        return False
    return True


def _download(message: FetchRecordingTask, due: Fetch) -> FetchOutcome:
    try:
        with download.get(
            due.url,
            within=FETCH_SECONDS,
            max_bytes=MAX_BYTES,
            max_redirects=_MAX_REDIRECTS.get(due.call.vendor, 0),
        ) as found:
            if found.status_code != _OK:
                is_at_fault = found.status_code >= 500 or found.status_code == _TOO_MANY_REQUESTS
                return FetchOutcome(
                    f"http_{found.status_code}",
                    retry_after=found.retry_after,
                    result=Result(not is_at_fault, timed_out=False, seconds=0),
                )
            stored = recordings.store_audio(message.tenant, message.call_id, found.pieces())
    except DownloadFailed as failed:
        return FetchOutcome(
            failed.fault, result=Result(False, timed_out=failed.fault == "timeout", seconds=0)
        )
    except DownloadTooLarge:
        return FetchOutcome("too_large", result=_RESPONDED)
    except NotAudio:
        return FetchOutcome("not_audio", result=_RESPONDED)
    return FetchOutcome(stored=stored, result=_RESPONDED)


def _simulate(message: FetchRecordingTask, _due: Fetch) -> FetchOutcome:
    """Test mode connects to no host: each of its recordings is a second of silence."""
    return FetchOutcome(stored=recordings.store_audio(message.tenant, message.call_id, audio.simulated()))


_RESPONDED = Result(True, timed_out=False, seconds=0)
_FETCHERS: dict[str, Callable[[FetchRecordingTask, Fetch], FetchOutcome]] = {
    "live": _download,
    "test": _simulate,
}
"""The one place at which a fetch's mode decides."""


def _slot_request(message: FetchRecordingTask, due: Fetch) -> SlotRequest:
    return SlotRequest(key(message.tenant, _HEALTH_KIND, due.host), _HEALTH_KIND, message.call_id)


def _is_kept(message: FetchRecordingTask, call: Call, now: datetime) -> bool:
    days = retention_settings.retention_of(message.organization_id).recording_days
    return call.created_at + timedelta(days=days) > now


def _read(message: FetchRecordingTask) -> tuple[Item | None, Item | None]:
    """The items of the call and of its recording."""
    call, recording = get_all(
        [
            CALLS.key(message.tenant, message.call_id),
            recordings.recording_key(message.tenant, message.call_id),
        ]
    )
    return call, recording


def _delete_object_of_none(message: FetchRecordingTask) -> None:
    """Delete the object if the call or its recording was erased or deleted while an attempt stored it."""
    call, recording = _read(message)
    if call is None or recording is None:
        recordings.delete_object(message.tenant, message.call_id)
