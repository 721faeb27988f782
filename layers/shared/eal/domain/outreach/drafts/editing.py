"""Drafts that a person writes or changes, with the findings of the content policy for their text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import ValidationFailed
from eal.core.table.item import patched
from eal.domain.leads.collection import LEADS
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach.drafts import checking
from eal.domain.outreach.drafts.model import Draft
from eal.domain.outreach.drafts.store import DRAFTS, conflict, create, replace_version
from eal.domain.prospects.collection import PROSPECTS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.outreach.drafts.wire import DraftCreate, DraftUpdate


def add(body: DraftCreate, by: Caller) -> Draft:
    """A new draft. With `instructions`, the task `write_email` is enqueued.

    Raises: Conflict if AI is to write and is switched off; ValidationFailed for tags that cannot be filled in. The
    commit raises ValidationFailed for an unknown lead or prospect.
    """
    _require_person(body, by)
    new = Draft(
        id=ids.new("draft", by.at),
        status="writing" if body.instructions else "draft",
        to=body.to,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        lead_id=body.lead_id,
        prospect_id=body.prospect_id,
        subject=body.subject,
        body=body.body,
        instructions=body.instructions,
        tone=(body.tone or "professional") if body.instructions else None,
    )
    _require_good_tags(new)
    company = organization_settings.company_of(by.organization_id)
    if new.instructions:
        ai_settings.require_enabled(company.settings)
        by.transaction.enqueue_task("write_email", {"draft_id": new.id})
    else:
        new = replace(new, findings=checking.findings(new, company, by))
    create(new, by)
    return new


def _require_good_tags(draft: Draft) -> None:
    """Raises: ValidationFailed."""
    if faults := checking.faults_in_tags(draft):
        raise ValidationFailed(faults)


def _require_person(body: DraftCreate, by: Caller) -> None:
    """Let the commit fail unless the lead or prospect exists: one that is erased meanwhile gets no draft."""
    if body.lead_id:
        by.transaction.require_named("/lead_id", LEADS.kind, LEADS.id_prefix, body.lead_id)
    if body.prospect_id:
        by.transaction.require_named("/prospect_id", PROSPECTS.kind, PROSPECTS.id_prefix, body.prospect_id)


def update(draft_id: str, body: DraftUpdate, by: Caller) -> Draft:
    """The draft with the fields of the body and the findings for its new text. A failed one becomes a draft once it has
    both subject and body.

    Raises: NotFound, PreconditionFailed; Conflict if it is not editable; ValidationFailed for null, and for tags that
    cannot be filled in.
    """
    before = DRAFTS.get(by.tenant, draft_id)
    by.transaction.check_if_match(before.version)
    if not before.is_editable:
        raise conflict(before, "changed")
    for name in ("subject", "body"):
        if name in body.model_fields_set and getattr(body, name) is None:
            raise ValidationFailed.of_field(f"/{name}", "Must not be null.", "null_forbidden")
    after = patched(before, body)
    if after == before:
        return before
    _require_good_tags(after)
    after = replace(after, edited=after.instructions is not None)
    if after.subject and after.body:
        company = organization_settings.company_of(by.organization_id)
        found = checking.findings(after, company, by)
        after = replace(after, status="draft", reason=None, findings=found)
    return replace_version("draft.updated", before, after, by)
