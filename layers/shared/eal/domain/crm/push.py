"""One attempt of a push, from the queue's message to the outcome on the lead.

`eal.core.outbound.attempts` makes it safe to be killed at any line. The CRM may get a push twice, with the same
`webhook-id`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import clock, observe, secrets, signing
from eal.core.caller import worker
from eal.core.clock import rfc3339
from eal.core.events.catalogue import API_VERSION
from eal.core.outbound import sender
from eal.core.outbound.attempts import Attempts
from eal.core.table.write import Stale
from eal.domain.crm import store
from eal.domain.crm.model import NOT_CONNECTED, Outcome, Push, PushMessage
from eal.domain.integrations.model import purpose
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from datetime import datetime

    from eal.domain.integrations.model import Integration

_ATTEMPTS = Attempts[PushMessage, Push](
    queue="crm",
    group=lambda message: message.organization_id,
    id_of=lambda message: message.push_id,
    load=store.find,
    next_message=lambda message, push: replace(message, attempt=push.attempts_made + 1),
    dropped_event="push_message_dropped",
    attempted_event="push_attempted",
    counters={"synced": "pushes_succeeded", "failed": "pushes_failed"},
)


def push(message: PushMessage) -> None:
    """Make the attempt that is due, if one is.

    Never Stale: that would run the message again, although the CRM has received the push.
    Raises: Unavailable.
    """
    observe.bind(lead_id=message.lead_id, push_id=message.push_id)
    at = clock.now()
    if due := _ATTEMPTS.due(message, store.find(message), at):
        _attempt(message, due, at)


def _attempt(message: PushMessage, due: Push, at: datetime) -> None:
    outcome = _SENDERS[message.mode](message, due, due.crm, at) if due.crm else Outcome(fault=NOT_CONNECTED)
    now = clock.now()
    _ATTEMPTS.record(
        message,
        due,
        change=lambda before, jitter: before.after(outcome, at, now, jitter=jitter),
        write=lambda before, after: _write(message, before, after),
        now=now,
        status_code=outcome.status_code,
        fault=outcome.fault,
    )


def _write(message: PushMessage, before: Push, after: Push) -> bool:
    """Put the push on its lead. False if the lead has changed."""
    by = worker("push_to_crm", message.tenant, message.request_id)
    store.record(before.lead, after.sync, by)
    try:
        by.transaction.commit()
    except Stale:
        return False
    return True


def _send(message: PushMessage, due: Push, crm: Integration, at: datetime) -> Outcome:
    secret = secrets.decrypt(
        crm.secrets[store.SECRET].ciphertext,
        organization_id=message.organization_id,
        purpose=purpose(store.VENDOR, store.SECRET),
    )
    body = _body(message, due)
    headers = signing.headers([secret], message.push_id, int(at.timestamp()), body)
    reply = sender.send(crm.settings[store.URL], body, headers)
    fault = None if reply.succeeded else reply.error or f"http_{reply.status_code}"
    return Outcome(reply.status_code, fault, reply.retry_after)


def _simulate(_message: PushMessage, _due: Push, _crm: Integration, _at: datetime) -> Outcome:
    """Test mode sends nothing, whatever address its integration has: the push counts as received."""
    return Outcome()


_SENDERS = {"live": _send, "test": _simulate}
"""The one place at which a push's mode decides."""


def _body(message: PushMessage, due: Push) -> bytes:
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
