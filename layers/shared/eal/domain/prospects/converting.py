"""The conversion of a prospect to a lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core.errors import Conflict, ValidationFailed
from eal.domain.leads import capture as leads
from eal.domain.leads.model import Lead, with_note
from eal.domain.prospects.model import Contact, Prospect
from eal.domain.prospects.store import get, replace_prospect

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.prospects.wire import ProspectConvert


def convert(prospect_id: str, body: ProspectConvert, by: Caller) -> Prospect:
    """The prospect, converted to a lead: a new one, or the one that has its e-mail or a phone already.

    Of two concurrent conversions only one creates the lead, because of the prospect's version. If the prospect's
    contacts belong to several leads, a person must decide which one it is.

    Raises: NotFound, PreconditionFailed; Conflict with `lead_id` if it is converted already, or with `id` and
    `matched_on` for a contact of a second lead; ValidationFailed if it has neither e-mail nor phone.
    """
    before = get(prospect_id, by)
    by.transaction.check_if_match(before.version)
    if before.lead_id:
        raise Conflict(
            f"The prospect was already converted to the lead {before.lead_id}.", lead_id=before.lead_id
        )
    if not before.can_be_reached:
        raise ValidationFailed.of_field(
            "",
            "To become a lead, the prospect needs an 'email' or at least one number in 'phones'.",
            "no_contact",
        )
    lead_id = leads.from_prospect(_lead_of(before, body, by), by)
    if before.outreach_state != "not_started":
        by.transaction.enqueue_task("stop_enrollments", {"prospect_id": before.id})
    after = replace(before, outreach_state="converted", lead_id=lead_id)
    return replace_prospect("prospect.converted", before, after, by)


def _lead_of(prospect: Prospect, body: ProspectConvert, by: Caller) -> Lead:
    contact = prospect.contact or Contact()
    return replace(
        leads.empty_lead("prospect", by),
        source_detail=prospect.source,
        first_name=contact.first_name,
        last_name=contact.last_name,
        company=prospect.company,
        email=prospect.email,
        phones=prospect.phones,
        address=prospect.address,
        loss_type=body.loss_type,
        notes=with_note(prospect.notes, body.notes),
        metadata=prospect.metadata,
        assigned_to=prospect.assigned_to,
        prospect_id=prospect.id,
    )
