"""Writing of a draft by the AI: the assignment from what is known, and the draft with the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai import chain
from eal.ai.tasks.write_email.task import WRITE_EMAIL
from eal.ai.writing import Assignment, Recipient
from eal.core import observe
from eal.core.messages import KeepsFailing
from eal.domain.leads.collection import LEADS
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach.drafts import checking
from eal.domain.outreach.drafts.store import DRAFTS, replace_version
from eal.domain.prospects.collection import PROSPECTS
from eal.domain.prospects.model import Contact

if TYPE_CHECKING:
    from eal.ai.provenance import Provenance
    from eal.ai.writing import WrittenEmail
    from eal.core.caller import Caller
    from eal.domain.organization_settings.store import Company
    from eal.domain.outreach.drafts.messages import WriteEmailTask
    from eal.domain.outreach.drafts.model import Draft, DraftReason

_WORKER = "write_email"


def write(task: WriteEmailTask) -> None:
    """Write the draft, unless it is written or deleted already. If the tenant has switched AI off or erased the
    recipient since, the draft fails, and a person can still write it.
    """
    by = task.as_worker(_WORKER)
    draft = _assigned(task, by)
    if draft is None:
        return
    company = organization_settings.company_of(by.organization_id)
    policy = ai_settings.ai_policy(company.settings)
    assignment = assignment_of(draft, company, by) if policy.enabled else None
    if assignment is None:
        fail(draft, "recipient_not_found" if policy.enabled else "ai_disabled", by)
        by.transaction.commit()
        return
    written, provenance = chain.run(WRITE_EMAIL, assignment, policy, by.tenant, by.at)
    record(draft, written, provenance, company, by)
    by.transaction.commit()
    observe.count("drafts_written")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=written.remarks[-1])
        observe.count("bedrock_fallbacks")


def fail_if_waiting(task: WriteEmailTask) -> None:
    """Raises: KeepsFailing if the AI is still to write the draft."""
    if _assigned(task, task.as_worker(_WORKER)):
        raise KeepsFailing


def give_up(task: WriteEmailTask) -> None:
    """The draft fails, and a person can still write it. The message becomes a dead letter."""
    by = task.as_worker(_WORKER)
    if draft := _assigned(task, by):
        fail(draft, "engine_failed", by)
        by.transaction.commit()


def _assigned(task: WriteEmailTask, by: Caller) -> Draft | None:
    """The draft, if the AI is still to write it."""
    draft = DRAFTS.find(by.tenant, task.draft_id)
    return draft if draft and draft.status == "writing" else None


def assignment_of(draft: Draft, company: Company, by: Caller) -> Assignment | None:
    """The assignment for the engine. None if the lead or prospect no longer exists."""
    recipient = _recipient(draft, by)
    if recipient is None or draft.instructions is None:
        return None
    sender = outreach_settings.outreach_in(company.settings).sender
    return Assignment(
        instructions=draft.instructions,
        tone=draft.tone or "professional",
        organization=company.name,
        industry=company.industry,
        recipient=recipient,
        sender_name=sender.name if sender else None,
        subject=draft.subject,
    )


def _recipient(draft: Draft, by: Caller) -> Recipient | None:
    if draft.lead_id:
        lead = LEADS.find(by.tenant, draft.lead_id)
        return (
            None
            if lead is None
            else Recipient(
                first_name=lead.first_name,
                last_name=lead.last_name,
                company=lead.company,
                city=lead.address.city if lead.address else None,
                loss_type=lead.loss_type,
                notes=lead.notes,
            )
        )
    if draft.prospect_id:
        prospect = PROSPECTS.find(by.tenant, draft.prospect_id)
        if prospect is None:
            return None
        contact = prospect.contact or Contact()
        return Recipient(
            first_name=contact.first_name,
            last_name=contact.last_name,
            company=prospect.company,
            city=prospect.address.city if prospect.address else None,
            notes=prospect.notes,
        )
    return Recipient()


def record(
    draft: Draft, written: WrittenEmail, provenance: Provenance, company: Company, by: Caller
) -> Draft:
    """The draft with what the engine wrote, and the findings for it."""
    after = replace(
        draft,
        status="draft",
        subject=written.subject,
        body=written.body,
        remarks=written.remarks,
        provenance=provenance,
    )
    after = replace(after, findings=checking.findings(after, company, by))
    return replace_version("draft.written", draft, after, by)


def fail(draft: Draft, reason: DraftReason, by: Caller) -> Draft:
    return replace_version("draft.failed", draft, replace(draft, status="failed", reason=reason), by)
