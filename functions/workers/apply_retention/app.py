"""Deletes the recordings, transcripts and evidence of claims that a tenant's retention does not keep. A message names
the tenant.
"""

import time

from eal.core.messages import TenantMessage
from eal.core.table.item import load
from eal.domain.calls import retention as calls
from eal.domain.claims import retention as claims
from eal.entry.queue import Consumer, Message
from eal.entry.schedule import enqueue_tenants

RUN_SECONDS = 30.0
"""Half of the function's timeout."""


def consume(message: Message) -> None:
    """Deletes as much as it has time for, and enqueues the rest."""
    due = load(TenantMessage, message)
    deadline = time.monotonic() + RUN_SECONDS
    for retention in (calls, claims):
        if not retention.apply(due.tenant, due.request_id, deadline):
            enqueue_tenants("retention", [due.tenant])
            return


handler = Consumer(consume).handler
