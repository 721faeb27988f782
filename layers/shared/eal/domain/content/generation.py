"""The generation of content: new items, and the tasks that write or revise them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.content import Brief
from eal.core import audit, ids
from eal.core.errors import ValidationFailed
from eal.core.table.item import load
from eal.domain.content import limits
from eal.domain.content.model import Content
from eal.domain.content.store import CONTENTS
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.reviews.store import REVIEWS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.content.model import TaskName
    from eal.domain.content.wire import ContentCreate


def add(body: ContentCreate, by: Caller) -> Content:
    """A new item, for which the task `write_content` is enqueued.

    Raises: Conflict if AI is switched off; ValidationFailed for a brief that its type does not allow, or for a review
    that does not exist. The commit raises the latter for a review that is erased meanwhile.
    """
    brief = load(Brief, body.brief.model_dump(exclude_none=True))
    limits.check_brief(body.type, brief)
    if brief.review_id:
        _require_review(brief.review_id, by)
    ai_settings.require_enabled(organization_settings.settings_of(by.organization_id))
    empty = Content(
        id=ids.new(CONTENTS.id_prefix, by.at),
        type=body.type,
        status="generating",
        brief=brief,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    new = with_task(empty, "write", by)
    by.transaction.create(CONTENTS.item(by.tenant, new))
    CONTENTS.audit(by.transaction, "content.created", None, new)
    return new


def with_task(content: Content, task: TaskName, by: Caller, instructions: str | None = None) -> Content:
    """The item in generation, with a new task in the caller's transaction. The result of an earlier task is void."""
    task_id = ids.new("task", by.at)
    by.transaction.enqueue_task("write_content", {"content_id": content.id, "task_id": task_id})
    return replace(
        content,
        status="generating",
        task=task,
        task_id=task_id,
        step="queued",
        reason=None,
        instructions=instructions,
        scheduled_at=None,
    )


def _require_review(review_id: str, by: Caller) -> None:
    """Raises: ValidationFailed unless its surface shows the review. So does the commit if it is erased meanwhile."""
    review = REVIEWS.find(by.tenant, review_id)
    absent = ValidationFailed.of_field(
        "/brief/review_id", f"There is no review {ids.shown(review_id)}.", "not_found"
    )
    if review is None or review.status == "deleted":
        raise absent
    by.transaction.require(REVIEWS.key(by.tenant, review_id), "attribute_exists(pk)", lambda _item: absent)
