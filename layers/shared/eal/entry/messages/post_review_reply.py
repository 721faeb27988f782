"""The messages of functions/workers/post_review_reply."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.entry.queue import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(TenantMessage):
    """`due_at`: not before then, because Google requested it. `deferred_since` is the first such request."""

    content_id: str
    review_id: str
    due_at: Instant | None = None
    deferred_since: Instant | None = None
