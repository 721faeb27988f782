"""One attempt of a push, from the queue's message to the outcome on the lead.

Safe to be killed at any line, as webhook deliveries are: the next attempt is enqueued before this one is recorded, so
a message or its successor is always in the queue. A CRM may get a push twice, with the same `webhook-id`.
"""

import json
import random
from typing import TYPE_CHECKING

from eal.core import clock, observe, secrets, signing
from eal.core.caller import Caller, worker
from eal.core.clock import rfc3339
from eal.core.errors import Unavailable
from eal.core.events.catalogue import API_VERSION
from eal.core.outbound import sender
from eal.core.table.write import Stale
from eal.domain.crm import store
from eal.domain.crm.store import Due, Outcome
from eal.domain.integrations.model import Integration, purpose
from eal.domain.leads.model import CrmSync, Lead
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from datetime import datetime

RECORDINGS = 10
"""How often an outcome is recorded anew, each time over a change that somebody else made of the lead."""


def push(due: Due) -> None:
    """Make the attempt that is due, if one is.

    A message is a word that an attempt is due, and the lead tells which: after a worker died between enqueueing and
    recording, the next attempt's message repeats the unrecorded one.
    """
    observe.bind(lead_id=due.lead_id, push_id=due.push_id)
    by = _worker(due)
    lead, integration = store.find(due, by)
    if lead is None or lead.crm_sync is None:
        observe.logger.info("push_message_dropped", attempt=due.attempt)
    elif lead.crm_sync.next_attempt_at and lead.crm_sync.next_attempt_at > by.at:
        store.enqueue(due, lead.crm_sync.next_attempt_at, by.at)
    else:
        _attempt(due, lead, lead.crm_sync, integration, by.at)


def _attempt(due: Due, lead: Lead, sync: CrmSync, integration: Integration | None, at: "datetime") -> None:
    outcome = _WAYS[due.mode](lead, sync, integration, due, at) if integration else _NOT_CONNECTED
    now = clock.now()
    jitter = random.uniform(-1, 1)  # noqa: S311 - no secret is made of it
    after = store.after_attempt(sync, outcome, at, now, jitter=jitter)
    if after.next_attempt_at:
        store.enqueue(due.following(), after.next_attempt_at, now)
    recorded = _record(due, lead, after)
    if recorded and after.status == "synced":
        observe.count("pushes_succeeded")
    if recorded and after.status == "failed":
        observe.count("pushes_failed")
    observe.logger.info(
        "push_attempted",
        attempt=after.attempts,
        status_code=after.last_status_code,
        fault=after.last_error,
        status=after.status,
        recorded=recorded,
    )


def _send(lead: Lead, sync: CrmSync, integration: Integration, due: Due, at: "datetime") -> Outcome:
    secret = secrets.decrypt(
        integration.secrets[store.SECRET].ciphertext,
        organization_id=due.organization_id,
        purpose=purpose(store.VENDOR, store.SECRET),
    )
    body = _body(lead, sync, due)
    headers = signing.headers([secret], sync.push_id, int(at.timestamp()), body)
    reply = sender.send(integration.settings[store.URL], body, headers)
    return Outcome(status_code=reply.status_code, error=reply.error, retry_after=reply.retry_after)


def _simulate(lead: Lead, sync: CrmSync, integration: Integration, due: Due, at: "datetime") -> Outcome:
    """Test mode reaches nobody outside, whatever address its integration has: the push counts as taken."""
    return Outcome(simulated=True)


_NOT_CONNECTED = Outcome(error=store.NOT_CONNECTED)
_WAYS = {"live": _send, "test": _simulate}
"""The one place where a push's mode decides."""


def _body(lead: Lead, sync: CrmSync, due: Due) -> bytes:
    """The lead as it is at the attempt, in an event's envelope without a sequence: it is no event."""
    envelope = {
        "id": sync.push_id,
        "type": "lead.pushed",
        "api_version": API_VERSION,
        "created_at": rfc3339(sync.requested_at),
        "tenant_id": due.organization_id,
        "mode": due.mode,
        "data": LeadView.of(lead).model_dump(mode="json"),
    }
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()


def _record(due: Due, lead: Lead, after: CrmSync) -> bool:
    """Record the attempt, over whatever else became of the lead meanwhile. False where it counts no more.

    Never Stale: that would run the message again, and the CRM was told already.
    Raises: Unavailable.
    """
    for _ in range(RECORDINGS):
        by = _worker(due)
        store.record(lead, after, by)
        try:
            by.transaction.commit()
        except Stale:
            newer, _integration = store.find(due, by)
            sync = newer.crm_sync if newer else None
            if newer is None or sync is None or sync.attempts != after.attempts - 1:
                return False
            lead = newer
        else:
            return True
    raise Unavailable("The lead kept changing while the outcome was recorded.")


def _worker(due: Due) -> Caller:
    return worker("push_to_crm", due.tenant, due.request_id)
