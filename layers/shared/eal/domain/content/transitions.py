"""Moving a content item on request: to review, approval, publication and archive; cancelling and retrying the AI."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from eal.ai import content_policy
from eal.core.errors import Conflict, ValidationFailed, require_transition
from eal.domain.content import approval, checking, publication
from eal.domain.content.generation import with_task
from eal.domain.content.model import moved
from eal.domain.content.store import CONTENTS, conflict, replace_version
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.content.model import Content
    from eal.domain.content.wire import ContentTransition

_FURTHEST = timedelta(days=366)


def transition(content_id: str, body: ContentTransition, by: Caller) -> Content:
    """The item in its new status.

    Raises: NotFound, PreconditionFailed; IllegalTransition with `allowed`; ValidationFailed if notes are missing or the
    time is not in the next year; Conflict with `findings` if the content policy blocks the text; InsufficientScope if
    approval needs a person, and the caller is not one.
    """
    before = CONTENTS.get(by.tenant, content_id)
    by.transaction.check_if_match(before.version)
    require_transition("A content item", before.status, body.to, before.next_statuses)
    notes = body.notes
    match before.status, body.to:
        case "scheduled", "approved":
            return publication.unschedule(before, by, notes)
        case _, "approved":
            return _approve(before, notes, by)
        case _, "scheduled" if body.scheduled_at:
            _check_time(body.scheduled_at, by)
            return publication.schedule(before, body.scheduled_at, by, notes)
        case _, "published":
            return publication.publish(before, by, notes)
        case "published", ("unpublished" | "archived") as to:
            return publication.unpublish(before, to, by, notes)
        case "in_review", "draft" if not notes:
            message = "Required if content in review becomes a draft: what its author should change."
            raise ValidationFailed.of_field("/notes", message, "missing")
    action = {"in_review": "content.submitted", "archived": "content.archived"}.get(
        body.to, "content.rejected" if before.status == "in_review" else "content.reopened"
    )
    after = moved(before, body.to, by.at, by.actor, notes)
    return replace_version(action, before, after, by, notes=notes)


def cancel(content_id: str, by: Caller) -> Content:
    """The item without its task, whose result is void. It keeps its text as a draft; without one, it has failed.

    Raises: NotFound, PreconditionFailed; Conflict unless it is generating.
    """
    before = CONTENTS.get(by.tenant, content_id)
    by.transaction.check_if_match(before.version)
    if before.status != "generating":
        raise conflict(before, "cancelled", "The AI is not writing it.")
    stopped = replace(before, task_id=None, step=None)
    if before.text:
        after = replace(stopped, status="draft", task=None, instructions=None)
    else:
        after = replace(stopped, status="failed", reason="cancelled")
    return replace_version("content.cancelled", before, after, by)


def retry(content_id: str, by: Caller) -> Content:
    """The failed item, generating again what failed.

    Raises: NotFound, PreconditionFailed; Conflict unless it has failed, or if AI is switched off.
    """
    before = CONTENTS.get(by.tenant, content_id)
    by.transaction.check_if_match(before.version)
    if before.status != "failed" or before.task is None:
        raise conflict(before, "retried", "Only content that has failed can be.")
    ai_settings.require_enabled(organization_settings.settings_of(by.organization_id))
    return replace_version(
        "content.retried", before, with_task(before, before.task, by, before.instructions), by
    )


def _approve(before: Content, notes: str | None, by: Caller) -> Content:
    company = organization_settings.company_of(by.organization_id)
    found = checking.findings(before, company, by)  # the settings may have changed since the text was checked
    if content_policy.blocks(found):
        raise Conflict(
            "The content policy blocks this text. Fix each finding with the level 'block', then approve it again.",
            id=before.id,
            findings=[asdict(finding) for finding in found],
        )
    approval.require_person(before, by)
    after = replace(
        moved(before, "approved", by.at, by.actor, notes),
        findings=found,
        approved_by=by.actor,
        approved_at=by.at,
        has_personal_approval=approval.is_person(by),
    )
    return replace_version("content.approved", before, after, by, notes=notes)


def _check_time(at: datetime, by: Caller) -> None:
    if not by.at < at <= by.at + _FURTHEST:
        message = "Must be in the future, and within a year."
        raise ValidationFailed.of_field("/scheduled_at", message, "out_of_range")
