"""The end of the retention of recordings and transcripts.

Their items are in partitions of their own, by the id of their call, which begins with the time of its receipt. So what
is due is the beginning of a partition, whenever the tenant changes its retention: a run reads nothing else, and keeps
no progress.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import audit, clock, ids, observe
from eal.core.caller import worker
from eal.core.table.item import load
from eal.core.table.keys import partition
from eal.core.table.read import get_all, walk
from eal.domain.calls import recordings, store
from eal.domain.calls.model import Recording
from eal.domain.calls.store import CALLS
from eal.domain.organization_settings import retention as retention_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant

_WORKER = "apply_retention"
_KEYS_PER_READ = 25
"""Items whose keys one query reads. A transcript is read whole, and can be a megabyte when it is decompressed."""


def apply(tenant: Tenant, request_id: str, deadline: float) -> bool:
    """Delete what is due. False if that was not all by `deadline`, which is on the clock of `time.monotonic`.

    Raises: Stale if a call changed meanwhile.
    """
    kept = retention_settings.retention_of(tenant.organization_id)
    for kind, days, delete in (
        ("RECORDING", kept.recording_days, _delete_recording),
        ("TRANSCRIPT", kept.transcript_days, _delete_transcript),
    ):
        for call_id in _due(tenant, kind, days):
            if time.monotonic() > deadline:
                return False
            by = worker(_WORKER, tenant, request_id)
            delete(call_id, by)
            by.transaction.commit()
    return True


def _due(tenant: Tenant, kind: str, days: int) -> Iterator[str]:
    """The calls that were received more than `days` ago and have an item of the kind."""
    values: dict[str, Json] = {
        ":pk": partition(tenant, kind),
        ":end": ids.lowest(CALLS.id_prefix, clock.now() - timedelta(days=days)),
    }
    for item in walk("pk = :pk AND sk < :end", values, limit=_KEYS_PER_READ):
        yield cast("str", item["sk"])


def _delete_recording(call_id: str, by: Caller) -> None:
    call, item = get_all([CALLS.key(by.tenant, call_id), recordings.recording_key(by.tenant, call_id)])
    if item is None:
        return
    recordings.delete_object(by.tenant, call_id)
    recording = load(Recording, item)
    if call:  # a restore takes calls back, and no recordings
        before = CALLS.load(call)
        after = replace(before, recording_deleted_at=by.at, updated_at=by.at, version=before.version + 1)
        store.replace_call(before, after, by)
    by.transaction.delete(recordings.recording_key(by.tenant, call_id), was=recording.version)
    by.transaction.audit(
        "call.recording_deleted",
        call_id,
        audit.changes(recordings.audited(recording), {"recording.status": "deleted"}),
    )
    observe.count("recordings_deleted")


def _delete_transcript(call_id: str, by: Caller) -> None:
    """Delete the transcript and the quotes from it."""
    record = store.find(call_id, by)
    if record is None or record.transcript is None:
        return
    before = record.call
    after = replace(
        before,
        transcript_version=0,
        transcript_deleted_at=by.at,
        updated_at=by.at,
        version=before.version + 1,
    )
    store.replace_call(before, after, by)
    by.transaction.delete(store.transcript_key(by.tenant, call_id), was=before.transcript_version)
    if record.runs:
        runs = [run.without_quotes() for run in record.runs]
        store.put_runs(runs, call_id, before.runs_version, by, was=before.runs_version)
    by.transaction.audit(
        "call.transcript_deleted", call_id, audit.changes({"transcript": "kept"}, {"transcript": "deleted"})
    )
    observe.count("transcripts_deleted")
