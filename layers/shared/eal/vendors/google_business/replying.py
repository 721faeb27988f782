"""Replies at Google: a published response is posted as the reply to its review, and one that is no longer published is
deleted.

The content item decides what applies now, and a lease of the review lets one worker at a time act on it: messages may
arrive late, more than once and in any order. Google has one reply for a review, so a repeated request changes nothing.
The review gets a pending reply before the request; a worker that is killed after the request leaves that trace of what
Google may show.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from eal.core import aws, clock, observe, settings
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS
from eal.core.table import lease
from eal.core.table.item import dump
from eal.core.table.keys import key
from eal.core.table.lease import Held
from eal.domain.content.store import CONTENTS
from eal.domain.integrations import store as integrations
from eal.domain.reviews import store as reviews
from eal.domain.reviews.model import ReviewReply
from eal.domain.reviews.store import REVIEWS
from eal.vendors.google_business import client
from eal.vendors.google_business.client import VENDOR, Credentials
from eal.vendors.google_business.polling import credentials_of
from eal.vendors.http import Busy, ResponseTooLarge, VendorRefused
from eal.vendors.reconcile import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.lease import Lease
    from eal.core.tenancy import Tenant
    from eal.domain.content.model import Content
    from eal.domain.reviews.model import Review
    from eal.vendors.google_business.client import Profile
    from eal.vendors.google_business.messages import PostReviewReplyTask

MAX_WAIT = timedelta(days=1)
"""Time for which Google may be unavailable or throttle before the reply is failed."""
LEASE_DURATION = timedelta(seconds=180)
"""The timeout of the worker: one that lasts longer was killed."""
UNAVAILABLE = "unavailable"
_REASONS = {401: "unauthorized", 404: "not_found"}
"""Why a reply failed, by Google's status; any other one is `refused`."""
_KIND = "REVIEW_REPLY_LEASE"


class _Failed(Exception):
    """The reply cannot be posted or deleted, and a retry would not change that."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def settle(task: PostReviewReplyTask) -> None:
    """Post or delete the reply to a review, or send the task again if that has to wait.

    Raises: Stale if the review changed meanwhile.
    """
    now = clock.now()
    observe.bind(content_id=task.content_id, review_id=task.review_id)
    if task.due_at and task.due_at > now:
        _send_later(task, task.due_at, now)
        return
    acquired = acquire(task.tenant, task.review_id, now)
    if isinstance(acquired, Held):
        _send_later(task, acquired.until, now)
        return
    try:
        _settle_or_defer(task, now)
    finally:
        lease.release(acquired, now)


def _settle_or_defer(task: PostReviewReplyTask, now: datetime) -> None:
    by = task.as_worker("post_review_reply")
    try:
        _settle(task.content_id, task.review_id, by)
    except Busy as busy:
        observe.logger.warning("reply_deferred", retry_after=round(busy.retry_after))
        since = task.deferred_since or now
        if now - since >= MAX_WAIT:
            _give_up(task.content_id, task.review_id, by)
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


def acquire(tenant: Tenant, review_id: str, now: datetime) -> Lease | Held:
    """`org_…#live#REVIEW_REPLY_LEASE`, `review_…`."""
    return lease.acquire(key(tenant, _KIND, review_id), _KIND, now, LEASE_DURATION)


def _settle(content_id: str, review_id: str, by: Caller) -> None:
    """Post or delete the reply to a review, under its lease. An erased review needs neither.

    Raises: Busy if Google does not respond now; Stale if the review changed meanwhile.
    """
    review = REVIEWS.find(by.tenant, review_id)
    content = CONTENTS.find(by.tenant, content_id)
    if review is None:
        return
    if content and content.status == "published":
        if not _is_settled(review, content, by):
            _post(review, content, by)
    elif review.reply and review.reply.content_id == content_id:
        _delete(review, review.reply, by)


def _give_up(content_id: str, review_id: str, by: Caller) -> None:
    """Record that Google did not respond for too long."""
    review = REVIEWS.find(by.tenant, review_id)
    if review and review.reply and review.reply.content_id == content_id:
        _record_failure(review, review.reply, UNAVAILABLE, by)


def _is_settled(review: Review, content: Content, by: Caller) -> bool:
    """Whether the response, or one that was published later, is posted."""
    reply = review.reply
    if reply is None or reply.content_id is None:
        return False
    if reply.content_id == content.id:
        return reply.status == "posted" and reply.text == content.body
    other = CONTENTS.find(by.tenant, reply.content_id)
    return other is not None and other.status == "published" and _published(other) > _published(content)


def _published(content: Content) -> tuple[datetime, str]:
    if content.published_at is None:
        raise AssertionError("published content has the time of its publication")
    return content.published_at, content.id


def _post(review: Review, content: Content, by: Caller) -> None:
    text = content.body or ""
    pending = ReviewReply(text=text, status="pending", content_id=content.id)
    _record(review, pending, by)
    try:
        _request(review, by, lambda profile: profile.put_reply(review.external_id, text))
    except _Failed as fault:
        _record_failure(review, pending, fault.reason, by)
        return
    _record(review, replace(pending, status="posted", posted_at=by.at), by)
    observe.count("review_replies_posted")


def _delete(review: Review, reply: ReviewReply, by: Caller) -> None:
    """A reply that was certainly not posted needs no request, which might delete one that was written at Google."""
    if reply.status != "failed" or reply.posted_at or reply.reason == UNAVAILABLE:
        try:
            _request(review, by, lambda profile: profile.delete_reply(review.external_id))
        except _Failed as fault:
            _record_failure(review, reply, fault.reason, by)
            return
    _record(review, None, by)


def _request(review: Review, by: Caller, request: Callable[[Profile], None]) -> None:
    """Make a request to Google. Raises: _Failed, Busy."""
    if review.surface != "google":
        raise _Failed("surface_not_supported")
    if by.mode == "live" and not client.is_review_name(review.external_id):
        raise _Failed("not_found")  # reported by POST /v1/reviews under an id that Google's API does not know
    try:
        request(client.connect(by.mode, _credentials(by)))
    except NotConfigured as fault:
        raise _Failed("not_connected") from fault
    except VendorRefused as refused:
        observe.logger.warning("reply_refused", status_code=refused.status)
        raise _Failed(_REASONS.get(refused.status, "refused")) from refused
    except ResponseTooLarge as fault:
        raise _Failed(UNAVAILABLE) from fault


def _credentials(by: Caller) -> Credentials:
    """Raises: NotConfigured. Test mode needs no integration."""
    if by.mode == "test":
        return Credentials(client_id="", client_secret="", refresh_token="")
    integration = integrations.find(VENDOR, by)
    if integration is None:
        raise NotConfigured("Google Business Profile is not connected")
    return credentials_of(integration, by)


def _record_failure(review: Review, reply: ReviewReply, reason: str, by: Caller) -> None:
    _record(review, replace(reply, status="failed", reason=reason), by)
    observe.count("review_replies_failed")


def _record(review: Review, reply: ReviewReply | None, by: Caller) -> None:
    """Raises: Stale."""
    again = by.with_new_transaction()
    reviews.record_reply(review.id, reply, again)
    again.transaction.commit()
