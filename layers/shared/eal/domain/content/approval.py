"""Whose approval a text needs: a worker and a key with the scope `write` cannot approve the answer to a bad review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.caller import includes
from eal.core.errors import Conflict, InsufficientScope
from eal.domain.reviews.store import REVIEWS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.content.model import Content

LOW_RATING = 3
_WHOSE = (
    f"A response to a review with {LOW_RATING} stars or fewer, or without a rating, needs a person's approval"
)


def is_person(by: Caller) -> bool:
    """Whether a member acts, or an admin key, which a person holds. A worker has the scope `write`."""
    return by.actor.type == "member" or includes(by.scope, "admin")


def require_person(content: Content, by: Caller) -> None:
    """Raises: InsufficientScope if a person must approve the text and the caller is none."""
    if _needs_person(content, by) and not is_person(by):
        raise InsufficientScope(f"{_WHOSE}: use a key with the scope 'admin'.", required="admin")


def require_valid(content: Content, by: Caller) -> None:
    """Raises: Conflict if the review has become one whose response needs a person's approval, and has none."""
    if not content.has_personal_approval and _needs_person(content, by):
        raise Conflict(
            f"{_WHOSE}, and the review has changed since. Move it to 'draft', and approve it again.",
            id=content.id,
            status=content.status,
        )


def _needs_person(content: Content, by: Caller) -> bool:
    if not content.review_id:
        return False
    review = REVIEWS.find(by.tenant, content.review_id)
    return review is None or review.rating is None or review.rating <= LOW_RATING
