"""Every ten minutes: enqueues the publication of overdue content, because its own message may be a dead letter."""

from __future__ import annotations

import json
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import clock, ids
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.core.sqs import MAX_BATCH_MESSAGES
from eal.core.table.keys import TENANT_SHARDS
from eal.domain.content import due
from eal.entry.schedule import ScheduledRun

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from eal.domain.content.due import Overdue


def handler(event: object, context: object) -> None:
    """The failure of one shard does not prevent the others from being listed. Raises: PartsFailed."""
    now = clock.now()
    with ScheduledRun("enqueue_publications") as run:
        for shard in range(TENANT_SHARDS):
            with run.part(shard=shard):
                _enqueue(due.overdue(shard, now), now)


def _enqueue(overdue: Iterable[Overdue], now: datetime) -> None:
    """Raises: why the first message that was not sent was not. The others were sent."""
    faults: list[Exception | None] = []
    for batch in batched(overdue, MAX_BATCH_MESSAGES, strict=False):
        faults += later.send_all([_message(due, now) for due in batch], now)
    for fault in faults:
        if fault:
            raise fault


def _message(overdue: Overdue, now: datetime) -> Delayed:
    body = {
        **overdue.tenant._asdict(),
        "request_id": ids.new("run", now),
        "content_id": overdue.content_id,
        "scheduled_at": overdue.scheduled_at,
    }
    return Delayed("publish", json.dumps(body), overdue.tenant.organization_id, overdue.content_id, now)
