"""One attempt of a push, from the queue's message to the outcome on the lead.

`eal.core.outbound.attempts` makes it safe to be killed at any line. The CRM may get a push twice, with the same
`webhook-id`. The CRM of a tenant is an endpoint with slots and health (`eal.core.outbound.slots`), so one that hangs
holds up the pushes of no other tenant.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import clock, observe, secrets, signing
from eal.core.caller import worker
from eal.core.clock import rfc3339
from eal.core.errors import Unavailable
from eal.core.events.envelope import API_VERSION
from eal.core.outbound import later, sender, slots
from eal.core.outbound.attempts import Attempts, jitter
from eal.core.outbound.health import Result
from eal.core.outbound.slots import NoSlot, Slot, SlotTerms
from eal.core.table.write import Stale
from eal.domain.crm import store
from eal.domain.crm.messages import PushToCrmTask
from eal.domain.crm.model import NOT_CONNECTED, Push, PushOutcome
from eal.domain.integrations.model import purpose
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.outbound.attempts import Lane
    from eal.domain.integrations.model import Integration

_ATTEMPTS = Attempts[PushToCrmTask, Push](
    queues={"fast": "crm", "slow": "slow_crm"},
    group=lambda message: message.organization_id,
    id_of=lambda message: message.push_id,
    load=store.find,
    next_message=lambda message, push: replace(message, attempt=push.attempts_made + 1, deferrals=0),
    dropped_event="push_message_dropped",
    deferred_event="push_deferred",
    attempted_event="push_attempted",
    deferred_counter="pushes_deferred",
    counters={"synced": "pushes_succeeded", "failed": "pushes_failed"},
)


def push(message: PushToCrmTask, lane: Lane) -> None:
    """Make the attempt that is due, if one is.

    Never Stale: that would run the message again, although the CRM has received the push.
    Raises: Unavailable; StatementFailed.
    """
    observe.bind(lead_id=message.lead_id, push_id=message.push_id)
    now = clock.now()
    slot = slots.acquire(store.slot_request(message), now, SlotTerms(only_healthy=lane == "fast"))
    if isinstance(slot, NoSlot):
        _wait_for_slot(message, slot, lane, now)
        return
    try:
        result = _push(message, slot, lane, now)
    except Unavailable:
        slots.release_all([(slot, None)], clock.now())
        raise
    slots.release_all([(slot, result)], clock.now())


def _wait_for_slot(message: PushToCrmTask, none: NoSlot, lane: Lane, now: datetime) -> None:
    if _ATTEMPTS.is_read_at(message):
        pending = _ATTEMPTS.pending(message, store.find(message))
        if pending is None:
            return
        if pending.is_overdue(now):
            _record(message, pending, lambda before, _jitter: before.timed_out(), lane, now)
            return
    later.send(_ATTEMPTS.without_slot(message, none, lane, now), now)


def _push(message: PushToCrmTask, slot: Slot, lane: Lane, at: datetime) -> Result | None:
    """Make the attempt, if it is due. Returns its result for the health of the CRM."""
    due = _ATTEMPTS.pending(message, store.find(message))
    if due is None or due.next_attempt_at is None:
        return None
    if due.next_attempt_at > at:
        later.send(_ATTEMPTS.delayed(message, due.next_attempt_at, lane), at)
        return None
    outcome = _outcome(message, due, slot, at)
    now = clock.now()
    health = slot.health.after(outcome.result, now) if outcome.result else slot.health
    _record(
        message,
        due,
        lambda before, jitter: before.after(outcome, at, now, jitter=jitter),
        "slow" if health.is_slow else "fast",
        now,
        status_code=outcome.status_code,
        fault=outcome.fault,
    )
    return outcome.result


def _outcome(message: PushToCrmTask, due: Push, slot: Slot, at: datetime) -> PushOutcome:
    if due.crm is None:
        return PushOutcome(fault=NOT_CONNECTED)
    return _SENDERS[message.mode](message, due, due.crm, slot, at)


def _record(
    message: PushToCrmTask,
    due: Push,
    change: Callable[[Push, float], Push],
    lane: Lane,
    now: datetime,
    **logged: object,
) -> None:
    chosen = jitter()
    _ATTEMPTS.record(
        message,
        due,
        change=lambda before: change(before, chosen),
        write=lambda before, after: _write(message, before, after),
        lane=lane,
        now=now,
        **logged,
    )


def _write(message: PushToCrmTask, before: Push, after: Push) -> bool:
    """Put the push on its lead. False if the lead has changed."""
    by = worker("push_to_crm", message.tenant, message.request_id)
    store.record(before.lead, after.sync, by)
    try:
        by.transaction.commit()
    except Stale:
        return False
    return True


def _send(message: PushToCrmTask, due: Push, crm: Integration, slot: Slot, at: datetime) -> PushOutcome:
    secret = secrets.decrypt(
        crm.secrets[store.SECRET].ciphertext,
        organization_id=message.organization_id,
        purpose=purpose(store.VENDOR, store.SECRET),
    )
    body = _body(message, due)
    headers = signing.headers([secret], message.push_id, int(at.timestamp()), body)
    reply = sender.send(crm.settings[store.URL], body, headers, within=slot.health.patience_seconds)
    fault = None if reply.succeeded else reply.error or f"http_{reply.status_code}"
    return PushOutcome(reply.status_code, fault, reply.retry_after, Result.of(reply))


def _simulate(
    _message: PushToCrmTask, _due: Push, _crm: Integration, _slot: Slot, _at: datetime
) -> PushOutcome:
    """Test mode sends nothing, whatever address its integration has: the push counts as received."""
    return PushOutcome()


_SENDERS = {"live": _send, "test": _simulate}
"""The one place at which a push's mode decides."""


def _body(message: PushToCrmTask, due: Push) -> bytes:
    """The lead as it is at the attempt, in an event's envelope without a sequence, because it is no event."""
    envelope = {
        "id": message.push_id,
        "type": "lead.pushed",
        "api_version": API_VERSION,
        "created_at": rfc3339(due.sync.requested_at),
        "tenant_id": message.organization_id,
        "mode": message.mode,
        "data": LeadView.of(due.lead).model_dump(mode="json"),
    }
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()
