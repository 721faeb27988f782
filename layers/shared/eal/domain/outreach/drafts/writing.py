"""Writing of a draft by the AI: the assignment from what is known, and the draft with the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.writing import Assignment, Recipient
from eal.domain.leads.collection import LEADS
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.outreach.drafts import checking
from eal.domain.outreach.drafts.store import replace_version
from eal.domain.prospects.collection import PROSPECTS
from eal.domain.prospects.model import Contact

if TYPE_CHECKING:
    from eal.ai.provenance import Provenance
    from eal.ai.writing import WrittenEmail
    from eal.core.caller import Caller
    from eal.domain.organization_settings.store import Company
    from eal.domain.outreach.drafts.model import Draft, DraftReason


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
