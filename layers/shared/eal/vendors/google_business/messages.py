"""Messages to the worker of replies at Google."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReviewReplyTask(TenantMessage):
    """A response to post or to delete. Google requested to wait until `due_at`, and first requested a wait at
    `deferred_since`.
    """

    content_id: str
    review_id: str
    due_at: Instant | None = None
    deferred_since: Instant | None = None
