"""Calls in the State table. Call, transcript and classification runs are separate items, so that lists read little."""

from __future__ import annotations

from dataclasses import replace
from itertools import batched
from typing import TYPE_CHECKING, Literal, cast

from eal.core import audit, ids, settings
from eal.core.clock import rfc3339
from eal.core.errors import Conflict, ValidationFailed
from eal.core.table.collection import Collection, in_time
from eal.core.table.item import compressed, dump, load
from eal.core.table.keys import Key, key
from eal.core.table.read import get as get_item
from eal.core.table.read import get_all
from eal.domain.calls import recordings
from eal.domain.calls.model import (
    PERSONAL,
    SECRET,
    Call,
    CallRecord,
    Recording,
    Run,
    merged,
    new_call,
    with_modification,
)
from eal.domain.calls.wire import CallView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.calls.model import Qualified, Snapshot
    from eal.domain.calls.wire import CallCreate, CallQuery

type Outcome = Literal["created", "updated", "unchanged"]


class CallErased(Exception):
    """The call was erased. Its claim remains, so that nothing creates it again."""

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id)
        self.call_id = call_id


CALLS = Collection(
    "CALL",
    Call,
    id_prefix="call",
    noun="call",
    compressed=("facts", "order", "classification", "corrected_run", "dispatch"),
    indexes={"facts.caller_number": ("gsi2", "caller"), "status": ("gsi1", "status")},
)

_MAX_KEYS_PER_READ = 100
"""TransactGetItems' limit."""


def transcript_key(tenant: Tenant, call_id: str) -> Key:
    return key(tenant, "TRANSCRIPT", call_id)


def runs_key(tenant: Tenant, call_id: str) -> Key:
    return key(tenant, "CALL_RUNS", call_id)


def _claim_key(tenant: Tenant, vendor: str, vendor_call_id: str) -> Key:
    return key(tenant, "CALL_CLAIM", f"{vendor}#{vendor_call_id}")


def search(query: CallQuery, by: Caller) -> Page[Call]:
    """One page of calls, newest first by default."""
    direction = query.direction
    filters: Filters = {
        "status": query.status,
        "facts.caller_number": query.caller_number,
        "facts.answered": query.answered,
        "facts.direction": direction and (lambda stored: (stored or "inbound") == direction),
        "classification": _is_qualified(query.qualified) if query.qualified else None,
        "classification.intent": query.intent,
        "classification.urgency": query.urgency,
        "classification.model": query.model_version or None,
        "classification.prompt_version": query.prompt_version or None,
        "updated_at": in_time(query.updated_after),
    }
    return CALLS.search(by.tenant, query, filters)


def _is_qualified(qualified: Qualified) -> Callable[[Json], bool]:
    wanted = {"true": True, "false": False, "undetermined": None}[qualified]
    return lambda stored: isinstance(stored, dict) and stored.get("qualified") is wanted


def get(call_id: str, by: Caller) -> CallRecord:
    """Raises: NotFound."""
    record = find(call_id, by)
    if record is None:
        raise CALLS.not_found(call_id)
    return record


def find(call_id: str, by: Caller) -> CallRecord | None:
    """The call with its transcript, runs and recording, in one round trip."""
    if not ids.is_id("call", call_id):
        return None
    call, transcript, runs, recording = get_all(
        [
            CALLS.key(by.tenant, call_id),
            transcript_key(by.tenant, call_id),
            runs_key(by.tenant, call_id),
            recordings.recording_key(by.tenant, call_id),
        ]
    )
    if call is None:
        return None
    return CallRecord(
        call=CALLS.load(call),
        transcript=cast("str", transcript["text"]) if transcript else None,
        runs=tuple(load(Run, cast("Item", run)) for run in cast("list[Json]", runs["runs"])) if runs else (),
        recording=load(Recording, recording) if recording else None,
    )


def missing(vendor: str, vendor_call_ids: Sequence[str], by: Caller) -> set[str]:
    """The calls of the vendor that we do not have, or have without their end."""
    found: set[str] = set()
    for batch in batched(vendor_call_ids, _MAX_KEYS_PER_READ, strict=False):
        claims = get_all([_claim_key(by.tenant, vendor, vendor_call_id) for vendor_call_id in batch])
        claimed = {
            vendor_call_id: cast("str", claim["call_id"])
            for vendor_call_id, claim in zip(batch, claims, strict=True)
            if claim
        }
        keys = [CALLS.key(by.tenant, call_id) for call_id in claimed.values()]
        items = get_all(keys) if keys else []
        in_progress = {
            vendor_call_id
            for vendor_call_id, item in zip(claimed, items, strict=True)
            if item and not CALLS.load(item).has_ended
        }
        found |= ({*batch} - {*claimed}) | in_progress
    return found


def report(body: CallCreate, by: Caller) -> tuple[Call, bool]:
    """The call that a request reports, with what is new in the request; and whether the call is new.

    Raises: ValidationFailed for an address of the recording to which we would not connect; Conflict for a call that
    was erased.
    """
    if body.recording_url:
        from eal.core.outbound import address  # no other function of calls needs it

        wrong = address.faults(
            body.recording_url, "/recording_url", loopback=settings.is_local(), lookup=address.no_lookup
        )
        if wrong:
            raise ValidationFailed(wrong)
    try:
        call, outcome = ingest(body.snapshot(by.at), by)
    except CallErased as erased:
        raise Conflict("The call was erased and cannot be ingested again.", id=erased.call_id) from None
    return call, outcome == "created"


def ingest(snapshot: Snapshot, by: Caller) -> tuple[Call, Outcome]:
    """Merge an event into its call, in the caller's transaction.

    The first event creates the call and, for an inbound call, emits `call.received`. When an inbound call has ended,
    and whenever the input of its classification has changed since, a classification is enqueued.

    Raises: CallErased, TooManyModifications.
    """
    claim = get_item(_claim_key(by.tenant, snapshot.vendor, snapshot.vendor_call_id))
    if claim is None:
        return _create(snapshot, by), "created"
    item = get_item(CALLS.key(by.tenant, cast("str", claim["call_id"])))
    if item is None:
        raise CallErased(cast("str", claim["call_id"]))
    before = CALLS.load(item)
    after = merged(before, snapshot)
    if after is before:
        return before, "unchanged"
    if snapshot.is_modification:
        after = with_modification(before, after, by.at)
    after = _with_time_of_end(before, replace(after, updated_at=by.at, version=before.version + 1), snapshot)
    after = _with_classification_task(after, by)
    after = _with_transcript(before, after, snapshot, by)
    recordings.request(before, after, by)
    by.transaction.replace(CALLS.item(by.tenant, after), was=before.version)
    by.transaction.audit("call.updated", after.id, changes(before, after, after.salt))
    return after, "updated"


def _create(snapshot: Snapshot, by: Caller) -> Call:
    new = new_call(snapshot, call_id=ids.new("call", by.at), salt=audit.new_salt(), at=by.at)
    new = _with_time_of_end(None, new, snapshot)
    new = _with_transcript(None, _with_classification_task(new, by), snapshot, by)
    # Of two concurrent first events, one fails on the claim: its worker reads again and finds the call.
    by.transaction.create(
        {
            **_claim_key(by.tenant, new.vendor, new.vendor_call_id)._asdict(),
            "kind": "CALL_CLAIM",
            "call_id": new.id,
        }
    )
    by.transaction.create(CALLS.item(by.tenant, new))
    recordings.request(None, new, by)
    by.transaction.audit("call.received", new.id, changes(None, new, new.salt))
    if new.direction == "inbound":
        by.transaction.emit("call.received", CallView.of(new).model_dump(mode="json"))
    return new


def _with_time_of_end(before: Call | None, after: Call, snapshot: Snapshot) -> Call:
    """The call with the time at which its end was received, which depends on the order of events."""
    if not after.has_ended or (before and before.has_ended):
        return after
    return replace(after, received_at=snapshot.received_at)


def _with_classification_task(call: Call, by: Caller) -> Call:
    """The call, with a classification enqueued if its input is new."""
    input_sha256 = call.input_sha256()
    if not call.has_ended or call.direction != "inbound" or call.enqueued_sha256 == input_sha256:
        return call
    by.transaction.enqueue_task("classify_call", {"call_id": call.id})
    return replace(call, enqueued_sha256=input_sha256)


def _with_transcript(before: Call | None, after: Call, snapshot: Snapshot, by: Caller) -> Call:
    """The call with the version of its transcript. A new transcript is put as a separate item."""
    stored_sha256 = before.facts.transcript_sha256 if before else None
    if after.facts.transcript_sha256 == stored_sha256 or snapshot.transcript is None:
        return after
    version = after.transcript_version + 1
    item: Item = {
        **transcript_key(by.tenant, after.id)._asdict(),
        "kind": "TRANSCRIPT",
        "text": compressed(snapshot.transcript),
        "version": version,
    }
    by.transaction.put_version(item, was=after.transcript_version)
    return replace(after, transcript_version=version, transcript_deleted_at=None)


def publish_classification(before: Call, after: Call, by: Caller) -> None:
    """Emit `call.classified` if the effective classification is new or has another decision.

    Otherwise enqueue a task for the statistics, in the shape of an event: they count confidences and corrections too.
    """
    if after.classification and (
        before.classification is None or before.classification.decision != after.classification.decision
    ):
        by.transaction.emit("call.classified", CallView.of(after).model_dump(mode="json"))
    else:
        by.transaction.enqueue_task("count_call", {"data": {"id": after.id}})


def put_runs(runs: Sequence[Run], call_id: str, version: int, by: Caller, *, was: int) -> None:
    """Put the runs of a call over those of version `was`, 0 for none."""
    item: Item = {
        **runs_key(by.tenant, call_id)._asdict(),
        "kind": "CALL_RUNS",
        "runs": compressed([dump(run) for run in runs]),
        "version": version,
    }
    by.transaction.put_version(item, was=was)


def request_run(call_id: str, by: Caller) -> Call:
    """Enqueue a classification of the call, whatever its last run was.

    A request while another one waits for its run does nothing, unless that run is overdue: then its task has become a
    dead letter. Raises: NotFound, PreconditionFailed; Conflict for a call that cannot
    be classified, or not any more.
    """
    before = CALLS.get(by.tenant, call_id)
    by.transaction.check_if_match(before.version)
    check_can_be_classified(before)
    if before.transcript_deleted_at:
        raise Conflict("The transcript was deleted at the end of its retention.", id=before.id)
    if before.awaits_run(by.at):
        return before
    after = replace(
        before,
        runs_requested=before.runs_version + 1,
        run_requested_at=by.at,
        updated_at=by.at,
        version=before.version + 1,
    )
    replace_call(before, after, by)
    by.transaction.enqueue_task("classify_call", {"call_id": after.id})
    by.transaction.audit("call.run_requested", after.id, audit.changes({}, {"run": after.runs_requested}))
    return after


def check_can_be_classified(call: Call) -> None:
    """Raises: Conflict."""
    if not call.can_be_classified:
        raise Conflict("Only an inbound call that has ended can be classified.", id=call.id)


def replace_call(before: Call, after: Call, by: Caller) -> None:
    """Put the call's next version over the one that was read."""
    by.transaction.replace(CALLS.item(by.tenant, after), was=before.version)


def qualify(call: Call, lead_id: str | None, by: Caller) -> Call:
    """Mark a call as qualified, with its lead. The call must not be qualified yet."""
    after = replace(call, lead_id=lead_id, qualified_at=by.at, updated_at=by.at, version=call.version + 1)
    replace_call(call, after, by)
    by.transaction.audit(
        "call.qualified",
        after.id,
        audit.changes({}, {"lead_id": lead_id, "qualified_at": rfc3339(by.at)}),
    )
    by.transaction.emit("call.qualified", CallView.of(after).model_dump(mode="json"))
    return after


def changes(before: Call | None, after: Call | None, salt: str) -> tuple[audit.Change, ...]:
    """The changed facts for the audit log."""
    old, new = (_audited(call) if call else {} for call in (before, after))
    return audit.changes(old, new, personal=PERSONAL, salt=salt, secret=SECRET)


def _audited(call: Call) -> dict[str, Json]:
    facts = dump(call.facts)
    attribution = cast("dict[str, Json]", facts.pop("attribution", {}))
    return {
        "vendor": call.vendor,
        "vendor_call_id": call.vendor_call_id,
        "status": call.status,
        **facts,
        **{f"attribution.{name}": value for name, value in attribution.items()},
    }
