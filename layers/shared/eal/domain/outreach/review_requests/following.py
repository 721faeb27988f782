"""A review request follows its e-mail: out of the queue, and until it is opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.domain.outreach.review_requests import store
from eal.domain.outreach.review_requests.store import REVIEW_REQUESTS
from eal.domain.outreach.review_requests.wire import ReviewRequestView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.outreach.emails.model import Email


def follow(email: Email, by: Caller) -> None:
    """Record in the request what has become of its e-mail, in the caller's transaction. Idempotent.

    A request that was not sent lets its customer be asked again. Does nothing for an e-mail of another kind, and after
    an erasure.
    """
    if email.review_request_id is None or email.status == "queued":
        return
    before = REVIEW_REQUESTS.find(by.tenant, email.review_request_id)
    if before is None:
        return
    if email.sent_at is None:
        if before.status == "queued":
            store.release(before, by)
            unsent = replace(before, status="not_sent", reason=email.reason)
            store.replace_version("review_request.not_sent", before, unsent, by)
        return
    opened = (event.at for event in email.occurrences if event.type in ("opened", "clicked"))
    followed = replace(before, status="sent", sent_at=email.sent_at, opened_at=min(opened, default=None))
    if followed == before:
        return
    if before.status == "sent":
        store.replace_version("review_request.opened", before, followed, by)
        return
    after = store.replace_version("review_request.sent", before, followed, by)
    by.transaction.emit("review.requested", ReviewRequestView.of(after).model_dump(mode="json"))
