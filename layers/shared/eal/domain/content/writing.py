"""Writing of a content item by the AI: the assignment from what is known, the steps, and the revision with the
result.

Only the run with the item's `task_id` changes anything: a cancelled or repeated task finds another one, or none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai import chain
from eal.ai.content_assignment import ContentAssignment, Publisher, ReviewText, WrittenContent
from eal.ai.tasks.revise_content.task import REVISE_CONTENT
from eal.ai.tasks.write_content.task import WRITE_CONTENT
from eal.core import observe
from eal.core.messages import KeepsFailing
from eal.core.table import progress
from eal.core.table.write import Stale
from eal.core.transaction import until_committed
from eal.domain.content.model import Author
from eal.domain.content.store import CONTENTS, add_revision, replace_version
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import content as content_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.reviews.store import REVIEWS

if TYPE_CHECKING:
    from eal.ai.provenance import Provenance
    from eal.core.caller import Caller
    from eal.domain.content.messages import WriteContentTask
    from eal.domain.content.model import Content, FailureReason, Step
    from eal.domain.organization_settings.store import Company

_WORKER = "write_content"


def write(task: WriteContentTask) -> None:
    """Write the item, unless the task was cancelled or is done already. If the tenant has switched AI off or the review
    was erased since, the item fails, and a person can retry it or write it.
    """
    judge = chain.Judge[WrittenContent]()
    until_committed(lambda: _write(task, judge))


def _write(task: WriteContentTask, judge: chain.Judge[WrittenContent]) -> None:
    by = task.as_worker(_WORKER)
    content = assigned(task.content_id, task.task_id, by)
    if content is None:
        return
    company = organization_settings.company_of(by.organization_id)
    policy = ai_settings.ai_policy(company.settings)
    assignment = assignment_of(content, company, by) if policy.enabled else None
    if assignment is None:
        fail(content, "review_not_found" if policy.enabled else "ai_disabled", by)
        by.transaction.commit()
        return
    content = at_step(content, "writing", by)
    wanted = REVISE_CONTENT if content.task == "revise" else WRITE_CONTENT
    written, provenance = judge.run(
        wanted, assignment, policy, by.tenant, by.at, input_sha256=assignment.sha256
    )
    content = at_step(content, "checking", by)
    record(content, written, provenance, company, by)
    by.transaction.commit()
    observe.count("content_written")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=written.remarks[-1])
        observe.count("bedrock_fallbacks")


def fail_if_waiting(task: WriteContentTask) -> None:
    """Raises: KeepsFailing if the item still waits for this task."""
    if assigned(task.content_id, task.task_id, task.as_worker(_WORKER)):
        raise KeepsFailing


def give_up(task: WriteContentTask) -> None:
    """The item fails, so that nobody waits for it. The message becomes a dead letter."""
    by = task.as_worker(_WORKER)
    if content := assigned(task.content_id, task.task_id, by):
        fail(content, "engine_failed", by)
        by.transaction.commit()


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
