"""Publication of scheduled content at its time, once.

A message names the time that it is about, and waits for it in EventBridge Scheduler and in the queue. The item decides:
a message for another time than the item's, or for an item that is not scheduled any more, does nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import batched
from typing import TYPE_CHECKING

from eal.core import ids, observe
from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.core.sqs import MAX_BATCH_MESSAGES
from eal.domain.content import due, publication
from eal.domain.content.messages import PublishContentTask
from eal.domain.content.store import CONTENTS

if TYPE_CHECKING:
    from datetime import datetime

    from eal.domain.content.due import Overdue


def publish(task: PublishContentTask) -> None:
    """Publish the item if its time has come, otherwise wait for it."""
    by = task.as_worker("publish_content")
    content = CONTENTS.find(by.tenant, task.content_id)
    if content is None or content.scheduled_at is None or rfc3339(content.scheduled_at) != task.scheduled_at:
        observe.logger.info("publication_dropped", content_id=task.content_id)
        return
    if by.at < content.scheduled_at:
        body = json.dumps(asdict(task))
        later.send(Delayed("publish", body, task.organization_id, content.id, content.scheduled_at), by.at)
        return
    try:
        publication.publish(content, by)
    except Conflict as refused:
        # What it answers has changed since. A person sees why in the item, and decides.
        publication.unschedule(content, by, notes=refused.message)
        observe.count("publications_refused")
    else:
        observe.count("content_published")
    by.transaction.commit()


def enqueue_overdue(shard: int, now: datetime) -> None:
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
    task = PublishContentTask(
        **overdue.tenant._asdict(),
        request_id=ids.new("run", now),
        content_id=overdue.content_id,
        scheduled_at=overdue.scheduled_at,
    )
    return Delayed("publish", json.dumps(asdict(task)), task.organization_id, task.content_id, now)
