"""Calls in the State table: call, transcript and judgements in an item each, so that lists stay light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import cast

from eal.core import audit, ids
from eal.core.caller import Caller
from eal.core.clock import rfc3339
from eal.core.errors import NotFound
from eal.core.json import Json
from eal.core.table import page
from eal.core.table.item import Item, dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get, get_all
from eal.core.tenancy import Tenant
from eal.domain.calls.model import PERSONAL, RUNS_KEPT, SECRET, Call, Run, Snapshot, first, merged
from eal.domain.calls.wire import CallQuery, CallView


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A call with what lies in items of its own. `runs` are its judgements, the oldest first."""

    call: Call
    transcript: str | None
    runs: tuple[Run, ...]


def at(tenant: Tenant, call_id: str) -> Key:
    """`org_…#live#CALL`, `call_…`."""
    return key(tenant, "CALL", call_id)


def _transcript_at(by: Caller, call_id: str) -> Key:
    return key(by.tenant, "TRANSCRIPT", call_id)


def _runs_at(by: Caller, call_id: str) -> Key:
    return key(by.tenant, "CALL_RUNS", call_id)


def _claim_at(by: Caller, vendor: str, vendor_call_id: str) -> Key:
    return key(by.tenant, "CALL_CLAIM", f"{vendor}#{vendor_call_id}")


def search(query: CallQuery, by: Caller) -> Page[Call]:
    """The calls that the query asks for, newest first unless it says otherwise."""
    base = partition(by.tenant, "CALL")
    where = Partition(base=base, id_prefix="call")
    if query.caller_number:
        where = replace(where, index="gsi2", index_partition=f"{base}#caller#{query.caller_number}")
    elif query.status:
        where = replace(where, index="gsi1", index_partition=f"{base}#status#{query.status}")
    return page.read(by.tenant, query, where, lambda item: load(Call, item), _kept(query))


def find(call_id: str, by: Caller) -> Whole:
    """Raises: NotFound."""
    whole = look_up(call_id, by)
    if whole is None:
        raise NotFound(f"There is no call {call_id[:40]}.")
    return whole


def look_up(call_id: str, by: Caller) -> Whole | None:
    """The call with its transcript and judgements, in one round trip; None where there is none."""
    if not ids.is_id("call", call_id):
        return None
    call, transcript, runs = get_all(
        [
            at(by.tenant, call_id),
            _transcript_at(by, call_id),
            _runs_at(by, call_id),
        ]
    )
    if call is None:
        return None
    return Whole(
        call=load(Call, call),
        transcript=cast("str", transcript["text"]) if transcript else None,
        runs=tuple(load(Run, cast("Item", run)) for run in cast("list[Json]", runs["runs"])) if runs else (),
    )


def missing(vendor: str, vendor_call_ids: Sequence[str], by: Caller) -> set[str]:
    """Those of the vendor's calls that we do not know, or have not seen the end of."""
    found: set[str] = set()
    for some in batched(vendor_call_ids, 100, strict=False):
        claims = get_all([_claim_at(by, vendor, one) for one in some])
        claimed = {
            one: cast("str", claim["call_id"]) for one, claim in zip(some, claims, strict=True) if claim
        }
        places = [at(by.tenant, call_id) for call_id in claimed.values()]
        items = get_all(places) if places else []
        open_ones = [
            one for one, item in zip(claimed, items, strict=True) if item and not load(Call, item).has_ended
        ]
        found |= {*some} - {*claimed} | {*open_ones}
    return found


def take_in(snapshot: Snapshot, by: Caller) -> Call | None:
    """Merge what an event says into its call, in the caller's write. None where it adds nothing.

    The first event makes the call and, for an inbound one, `call.received`. When an inbound call has ended,
    and whenever what a judgement rests on has changed since, its classification is asked for.
    """
    claim = get(_claim_at(by, snapshot.vendor, snapshot.vendor_call_id))
    if claim is None:
        return _begin(snapshot, by)
    item = get(at(by.tenant, cast("str", claim["call_id"])))
    if item is None:
        raise AssertionError(
            f"{claim['call_id']} is claimed and not there: both are written together, for good"
        )
    before = load(Call, item)
    after = merged(before, snapshot)
    if after is before:
        return None
    after = _asking(replace(after, updated_at=by.at, version=before.version + 1), by)
    after = _with_transcript(before, after, snapshot, by)
    by.transaction.replace(_item(after, by), was=before.version)
    by.transaction.audit("call.updated", after.id, _changes(before, after))
    return after


def _begin(snapshot: Snapshot, by: Caller) -> Call:
    new = first(snapshot, call_id=ids.new("call", by.at), salt=audit.new_salt(), at=by.at)
    new = _with_transcript(None, _asking(new, by), snapshot, by)
    # Of two first events at once, one is too late: it reads again and finds the other's call.
    by.transaction.create(
        {
            **_claim_at(by, new.vendor, new.vendor_call_id)._asdict(),
            "kind": "CALL_CLAIM",
            "call_id": new.id,
        }
    )
    by.transaction.create(_item(new, by))
    by.transaction.audit("call.received", new.id, _changes(None, new))
    if new.direction == "inbound":
        by.transaction.emit("call.received", CallView.of(new).model_dump(mode="json"))
    return new


def _asking(call: Call, by: Caller) -> Call:
    """The call, with its classification asked for if that would be a new one."""
    wanted = call.input_sha256()
    if not call.has_ended or call.direction != "inbound" or call.asked_sha256 == wanted:
        return call
    by.transaction.enqueue_task("classify_call", {"call_id": call.id})
    return replace(call, asked_sha256=wanted)


def _with_transcript(before: Call | None, after: Call, snapshot: Snapshot, by: Caller) -> Call:
    """The call with its transcript's version; a new transcript goes to an item of its own."""
    known = before.facts.transcript_sha256 if before else None
    if after.facts.transcript_sha256 == known or snapshot.transcript is None:
        return after
    version = after.transcript_version + 1
    item: Item = {
        **_transcript_at(by, after.id)._asdict(),
        "kind": "TRANSCRIPT",
        "text": snapshot.transcript,
        "version": version,
    }
    by.transaction.put_version(item, was=after.transcript_version)
    return replace(after, transcript_version=version)


def record_run(whole: Whole, run: Run, by: Caller) -> Call:
    """Keep a judgement and let it count; `call.classified` where it changes what others act on."""
    before = whole.call
    after = replace(
        before,
        status="classified" if before.status == "received" else before.status,
        classification=run.without_quotes(),
        classified_at=by.at,
        updated_at=by.at,
        runs_version=before.runs_version + 1,
        version=before.version + 1,
    )
    by.transaction.replace(_item(after, by), was=before.version)
    runs: Item = {
        **_runs_at(by, after.id)._asdict(),
        "kind": "CALL_RUNS",
        "runs": [dump(one) for one in (*whole.runs, run)[-RUNS_KEPT:]],
        "version": after.runs_version,
    }
    by.transaction.put_version(runs, was=before.runs_version)
    by.transaction.audit(
        "call.classified", after.id, audit.changes(_judged(before, None), _judged(after, run))
    )
    if before.classification is None or before.classification.answer != run.answer:
        by.transaction.emit("call.classified", CallView.of(after).model_dump(mode="json"))
    return after


def qualify(call: Call, lead_id: str | None, by: Caller) -> Call:
    """Say that the call is a qualified lead, and which. For a call that is not yet qualified."""
    after = replace(call, lead_id=lead_id, qualified_at=by.at, updated_at=by.at, version=call.version + 1)
    by.transaction.replace(_item(after, by), was=call.version)
    by.transaction.audit(
        "call.qualified",
        after.id,
        audit.changes({}, {"lead_id": lead_id, "qualified_at": rfc3339(by.at)}),
    )
    by.transaction.emit("call.qualified", CallView.of(after).model_dump(mode="json"))
    return after


def _item(call: Call, by: Caller) -> Item:
    base = partition(by.tenant, "CALL")
    item: Item = {
        **at(by.tenant, call.id)._asdict(),
        "kind": "CALL",
        "gsi1pk": f"{base}#status#{call.status}",
        "gsi1sk": call.id,
        **dump(call),
    }
    if call.facts.caller_number:
        item |= {"gsi2pk": f"{base}#caller#{call.facts.caller_number}", "gsi2sk": call.id}
    return item


def _kept(query: CallQuery) -> Callable[[Item], bool] | None:
    """The filters that the chosen index does not serve, as a test of an item; None where there are none."""
    wanted: list[Callable[[Item], bool]] = []
    facts, judged = _member("facts"), _member("classification")
    if query.status and query.caller_number:
        wanted.append(lambda item: item["status"] == query.status)
    if query.intent:
        wanted.append(lambda item: judged(item).get("intent") == query.intent)
    if query.urgency:
        wanted.append(lambda item: judged(item).get("urgency") == query.urgency)
    if query.qualified:
        as_asked = {"true": True, "false": False, "undetermined": None}[query.qualified]
        wanted.append(lambda item: "intent" in judged(item) and judged(item).get("qualified") is as_asked)
    if query.direction:
        wanted.append(lambda item: facts(item).get("direction", "inbound") == query.direction)
    if query.answered is not None:
        wanted.append(lambda item: facts(item).get("answered") is query.answered)
    if query.updated_after:
        since = rfc3339(query.updated_after)
        wanted.append(lambda item: cast("str", item["updated_at"]) >= since)
    return (lambda item: all(test(item) for test in wanted)) if wanted else None


def _member(name: str) -> Callable[[Item], Item]:
    return lambda item: cast("Item", item.get(name, {}))


def _changes(before: Call | None, after: Call) -> tuple[audit.Change, ...]:
    return audit.changes(
        _audited(before) if before else {}, _audited(after), personal=PERSONAL, salt=after.salt, secret=SECRET
    )


def _audited(call: Call) -> dict[str, Json]:
    said = dump(call.facts)
    attribution = cast("dict[str, Json]", said.pop("attribution", {}))
    return {
        "vendor": call.vendor,
        "vendor_call_id": call.vendor_call_id,
        "status": call.status,
        **said,
        **{f"attribution.{name}": value for name, value in attribution.items()},
    }


def _judged(call: Call, run: Run | None) -> dict[str, Json]:
    """What the audit log keeps of a judgement: no word of what was said."""
    judged: dict[str, Json] = {"status": call.status}
    if call.classification:
        one = call.classification
        judged |= {
            "intent": one.intent.value,
            "urgency": one.urgency.value,
            "qualified": one.qualified,
            "confidence": one.confidence,
        }
    # The judgement that the record is of: all of its provenance, also where it is that of the one before.
    if run:
        judged |= {
            "engine": run.engine,
            "model": run.model,
            "prompt_version": run.prompt_version,
            "input_sha256": run.input_sha256,
            "output_sha256": run.output_sha256,
        }
    return judged
