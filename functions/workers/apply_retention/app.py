"""Deletes the recordings and transcripts of a tenant that are older than its retention. A message names the tenant."""

import time

from eal.core.table.item import load
from eal.domain.calls import retention
from eal.entry.queue import Consumer, Message, TenantMessage
from eal.entry.schedule import enqueue_tenants

RUN_SECONDS = 30.0
"""Half of the function's timeout."""


def consume(message: Message) -> None:
    """Deletes as much as it has time for, and enqueues the rest."""
    due = load(TenantMessage, message)
    if not retention.apply(due.tenant, due.request_id, time.monotonic() + RUN_SECONDS):
        enqueue_tenants("retention", [due.tenant])


handler = Consumer(consume).handler
