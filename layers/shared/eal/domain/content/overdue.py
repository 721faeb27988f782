"""Overdue content, whose publication is enqueued again. Only a scheduled run imports this module."""

from __future__ import annotations

import json
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.core.sqs import MAX_BATCH_MESSAGES
from eal.domain.content import due

if TYPE_CHECKING:
    from datetime import datetime

    from eal.domain.content.due import Overdue


def enqueue(shard: int, now: datetime) -> None:
    """Enqueue the publication of a shard's overdue items.

    Raises: why the first message that was not sent was not. The others were sent.
    """
    faults: list[Exception | None] = []
    for batch in batched(due.overdue(shard, now), MAX_BATCH_MESSAGES, strict=False):
        faults += later.send_all([_message(overdue, now) for overdue in batch], now)
    for fault in faults:
        if fault:
            raise fault


def _message(overdue: Overdue, now: datetime) -> Delayed:
    """A `PublishContentTask`, as a dict: the import of its class would load much that the run does not need."""
    body = {
        **overdue.tenant._asdict(),
        "request_id": ids.new("run", now),
        "content_id": overdue.content_id,
        "scheduled_at": overdue.scheduled_at,
    }
    return Delayed("publish", json.dumps(body), overdue.tenant.organization_id, overdue.content_id, now)
