"""Posts a published response as the reply to its review, or deletes the reply of one that is not published any more."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from eal.core import aws, clock, observe, settings
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS
from eal.core.table import lease
from eal.core.table.item import dump, load
from eal.core.table.lease import Held
from eal.entry.queue import Consumer, Message
from eal.vendors.google_business import replying
from eal.vendors.google_business.messages import PostReviewReplyTask
from eal.vendors.http import Busy

MAX_WAIT = timedelta(days=1)
"""Time for which Google may be unavailable or throttle before the reply is failed."""


def settle(message: Message) -> None:
    task, now = load(PostReviewReplyTask, message), clock.now()
    observe.bind(content_id=task.content_id, review_id=task.review_id)
    if task.due_at and task.due_at > now:
        _send_later(task, task.due_at, now)
        return
    acquired = replying.acquire(task.tenant, task.review_id, now)
    if isinstance(acquired, Held):
        _send_later(task, acquired.until, now)
        return
    try:
        _settle(task, now)
    finally:
        lease.release(acquired, now)


def _settle(task: PostReviewReplyTask, now: datetime) -> None:
    by = task.as_worker("post_review_reply")
    try:
        replying.settle(task.content_id, task.review_id, by)
    except Busy as busy:
        observe.logger.warning("reply_deferred", retry_after=round(busy.retry_after))
        since = task.deferred_since or now
        if now - since >= MAX_WAIT:
            replying.give_up(task.content_id, task.review_id, by)
            return
        due_at = now + timedelta(seconds=busy.retry_after)
        _send_later(replace(task, due_at=min(due_at, since + MAX_WAIT), deferred_since=since), due_at, now)


def _send_later(task: PostReviewReplyTask, at: datetime, now: datetime) -> None:
    """Send the task again. Failures would use up its receives much earlier."""
    delay = min(ceil((at - now).total_seconds()), MAX_SQS_DELAY_SECONDS)
    aws.sqs().send_message(
        QueueUrl=settings.queue("post_review_reply"),
        MessageBody=json.dumps(dump(task)),
        MessageGroupId=task.organization_id,
        DelaySeconds=delay,
    )


# A tenant that answers many reviews must not delay the replies of others.
handler = Consumer(settle, fair_queue="post_review_reply").handler
