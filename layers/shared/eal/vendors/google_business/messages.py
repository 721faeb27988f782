"""Messages to the worker of replies at Google."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReviewReplyTask(TenantMessage):
    """`due_at`: not before then, because Google requested it. `deferred_since` is the first such request."""

    content_id: str
    review_id: str
    due_at: Instant | None = None
    deferred_since: Instant | None = None
