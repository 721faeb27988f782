"""Erasing a call: its facts, transcript, runs and correction go at once; its recording, and what events, stored
responses and callbacks contain, soon after.

A tombstone remains, and the claim of the tracker's id, so that a late event does not create the call again. The audit
records keep their commitments, but the salt goes with the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub, tombstone
from eal.core.table.read import walk
from eal.domain.calls import recordings, store
from eal.domain.calls.callbacks import callback_partition
from eal.domain.calls.corrections import pointer_key
from eal.domain.calls.model import PERSONAL
from eal.domain.calls.store import CALLS
from eal.domain.calls.wire import CallView
from eal.domain.dispatch import transitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant
    from eal.domain.calls.model import Call

_EMPTY: dict[str, Json] = {"tags": []}


def erase(call_id: str, by: Caller) -> None:
    """Replace the call by a tombstone, and enqueue the rest of the erasure. Raises: NotFound, PreconditionFailed."""
    erase_version(CALLS.get(by.tenant, call_id), by)


def erase_version(call: Call, by: Caller) -> None:
    """Erase a call that was already read. The commit raises Stale if it has changed since."""
    by.transaction.delete(CALLS.key(by.tenant, call.id), was=call.version)
    by.transaction.delete(store.transcript_key(by.tenant, call.id))
    by.transaction.delete(store.runs_key(by.tenant, call.id))
    by.transaction.delete(recordings.recording_key(by.tenant, call.id))
    by.transaction.delete(pointer_key(by.tenant, call.id))
    tombstone.put("CALL", call.id, (), (), by.transaction)
    by.transaction.audit("call.erased", call.id, store.changes(call, None, call.salt))
    by.transaction.emit("call.erased", without_personal_values(CallView.of(call).model_dump(mode="json")))
    by.transaction.enqueue_task("erase_call", {"call_id": call.id})


def scrub_traces(tenant: Tenant, call_id: str) -> None:
    """Remove the call's personal values from stored events and responses, and delete its callbacks and its recording.
    Idempotent.
    """
    scrub.events(tenant, call_id, without_personal_values)
    scrub.responses(tenant, call_id)
    scrub.remove_all(callback_partition(tenant, call_id))
    recordings.delete_object(tenant, call_id)


def calls_of(tenant: Tenant, person: Erased) -> Iterator[Call]:
    """The calls from and to the phone numbers of an erased lead or prospect, as they are now.

    Left out are calls after the erasure, and those of which another lead was captured.
    """
    for number in person.values("phone"):
        values: dict[str, Json] = {":pk": CALLS.partition(tenant, "caller", number)}
        for item in filter(person.predates_erasure, walk("gsi2pk = :pk", values, index="gsi2")):
            call = CALLS.find(tenant, cast("str", item["sk"]))
            if call and call.lead_id in (None, person.id):
                yield call


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A call's view with empty personal fields, still in its shape."""
    attribution = cast("dict[str, Json]", data["attribution"])
    dispatch = cast("dict[str, Json] | None", data.get("dispatch"))
    return {
        **{name: _EMPTY.get(name) if name in PERSONAL else value for name, value in data.items()},
        "attribution": {
            name: value for name, value in attribution.items() if f"attribution.{name}" not in PERSONAL
        },
        "dispatch": dispatch and transitions.without_personal_values(dispatch),
    }
