"""Writing of a content item by the AI: the assignment from what is known, the steps, and the revision with the
result.

Only the run with the item's `task_id` changes anything: a cancelled or repeated task finds another one, or none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.content_assignment import ContentAssignment, Publisher, ReviewText
from eal.core.table import progress
from eal.core.table.write import Stale
from eal.domain.content.model import Author
from eal.domain.content.store import CONTENTS, add_revision, replace_version
from eal.domain.organization_settings import content as content_settings
from eal.domain.reviews.store import REVIEWS

if TYPE_CHECKING:
    from eal.ai.content_assignment import WrittenContent
    from eal.ai.provenance import Provenance
    from eal.core.caller import Caller
    from eal.domain.content.model import Content, FailureReason, Step
    from eal.domain.organization_settings.store import Company


def assigned(content_id: str, task_id: str, by: Caller) -> Content | None:
    """The item, if it still waits for this task."""
    content = CONTENTS.find(by.tenant, content_id)
    return content if content and content.status == "generating" and content.task_id == task_id else None


def at_step(content: Content, step: Step, by: Caller) -> Content:
    """The item, showing what is done with it.

    Raises: Stale if the item has changed meanwhile.
    """
    if content.step == step:
        return content
    after = replace(content, step=step, version=content.version + 1, updated_at=by.at)
    if not progress.advance(CONTENTS.item(by.tenant, after), was=content.version):
        raise Stale
    return after


def assignment_of(content: Content, company: Company, by: Caller) -> ContentAssignment | None:
    """The assignment for the engine. None if the review to answer no longer exists."""
    settings = content_settings.content_in(company.settings)
    review = REVIEWS.find(by.tenant, content.review_id) if content.review_id else None
    if content.type == "review_response" and (review is None or review.status == "deleted"):
        return None
    is_revision = content.task == "revise"
    return ContentAssignment(
        type=content.type,
        brief=content.brief,
        publisher=Publisher(
            name=company.name,
            industry=company.industry,
            service_areas=settings.service_areas,
            licences=settings.licences,
            certifications=settings.certifications,
            phone=_as_written(settings.phone),
            website=settings.website,
        ),
        seed=f"{content.id}/{content.revision}",
        review=ReviewText(rating=review.rating, text=review.text) if review else None,
        current=content.text if is_revision else None,
        instructions=content.instructions if is_revision else None,
    )


def _as_written(phone: str | None) -> str | None:
    """A number of the US as its readers write it: 614-555-0142."""
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", phone or "")
    return "-".join(found.groups()) if found else phone


def record(
    content: Content, written: WrittenContent, provenance: Provenance, company: Company, by: Caller
) -> Content:
    """The item with what the engine wrote as its newest revision, and the findings for it."""
    is_revision = content.task == "revise"
    return add_revision(
        "content.revised" if is_revision else "content.written",
        content,
        replace(content, provenance=provenance, remarks=written.remarks, edited=False),
        written.text,
        author=Author(
            type="engine",
            id=provenance.engine,
            model=provenance.model,
            prompt_version=provenance.prompt_version,
        ),
        reason="revised" if is_revision else "written",
        instructions=content.instructions,
        provenance=provenance,
        remarks=written.remarks,
        company=company,
        by=by,
    )


def fail(content: Content, reason: FailureReason, by: Caller) -> Content:
    """The item without its task, which a person can retry."""
    after = replace(content, status="failed", reason=reason, task_id=None, step=None)
    return replace_version("content.failed", content, after, by)
