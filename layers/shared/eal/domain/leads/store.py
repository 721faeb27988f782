"""Leads in the State table: searches, changes with their audit records and events, and claims of contacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core.errors import ValidationFailed, require_transition
from eal.core.table.collection import in_range, in_time
from eal.core.table.item import patched
from eal.core.table.write import Stale
from eal.domain.leads import history, scorer
from eal.domain.leads.collection import LEAD_CONTACTS, LEADS
from eal.domain.leads.contacts import updated_former_contacts
from eal.domain.leads.model import Lead, moved, over_limit, with_note
from eal.domain.leads.vocabulary import NEEDS_REASON, TRANSITIONS
from eal.domain.leads.wire import LeadView
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import service_area
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.ai.leads import LeadFacts, NotesReading
    from eal.core.caller import Caller
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.domain.leads.wire import LeadQuery, LeadTransition, LeadUpdate
    from eal.domain.organization_settings.service_area import ServiceArea


def write(before: Lead | None, after: Lead, by: Caller, *, conflict_on_duplicate: bool = False) -> Lead:
    """Create a lead, or replace the version that was read. Returns the stored lead, scored.

    If another lead has claimed a contact of a new lead in the meantime, the commit raises Stale, or Conflict with
    `conflict_on_duplicate`, for a caller that did not search for duplicates first.
    """
    if before is None:
        return _create(after, by, conflict_on_duplicate=conflict_on_duplicate)
    return _replace(before, after, by)


def check_limits(lead: Lead) -> None:
    """Raises: ValidationFailed."""
    if excess := over_limit(lead):
        name, message = excess
        raise ValidationFailed.of_field(f"/{name}" if name else "", message, "too_long")


def search(query: LeadQuery, by: Caller) -> Page[Lead]:
    """Leads, newest first. An e-mail address or phone number finds its one lead."""
    phone = query.phone
    above = None if query.max_score is None else query.max_score + 1
    filters: Filters = {
        "status": query.status,
        "source": query.source,
        "loss_type": query.loss_type,
        "assigned_to": query.assigned_to or None,
        "phones": phone and (lambda phones: phone in cast("list[str]", phones or [])),
        "score.value": in_range(query.min_score, above),
        "updated_at": in_time(query.updated_after),
    }
    if not query.email and not phone:
        return LEADS.search(by.tenant, query, filters)
    found = LEAD_CONTACTS.find(by.tenant, f"email#{query.email}" if query.email else f"phone#{phone}")
    return LEADS.at_most_one(by.tenant, query, found, filters)


def update(lead_id: str, body: LeadUpdate, by: Caller) -> Lead:
    """The lead with the fields of the body; null clears a field.

    Raises: NotFound, PreconditionFailed; Conflict if another lead has a contact; ValidationFailed if no contact would
    be left.
    """
    lead = LEADS.get(by.tenant, lead_id)
    by.transaction.check_if_match(lead.version)
    if "source" in body.model_fields_set and body.source is None:
        raise ValidationFailed.of_field("/source", "Must not be null.", "null_forbidden")
    changed = patched(lead, body)
    additional = tuple(email for email in changed.additional_emails if email != changed.email)
    changed = replace(changed, additional_emails=additional)
    if not changed.contacts:
        raise ValidationFailed.of_field(
            "", "A lead needs an 'email' or at least one number in 'phones'.", "no_contact"
        )
    return _replace(lead, changed, by) if changed != lead else lead


def transition(lead_id: str, body: LeadTransition, by: Caller) -> Lead:
    """The lead in its new status.

    Raises: NotFound, PreconditionFailed; IllegalTransition with `allowed`; ValidationFailed if a reason is missing.
    """
    lead = LEADS.get(by.tenant, lead_id)
    by.transaction.check_if_match(lead.version)
    require_transition("A lead", lead.status, body.to, TRANSITIONS[lead.status])
    if body.to in NEEDS_REASON and not body.reason:
        raise ValidationFailed.of_field("/reason", f"Required if 'to' is '{body.to}'.", "missing")
    after = moved(lead, body.to, by.at)
    if body.notes:
        after = replace(after, notes=with_note(lead.notes, body.notes))
    check_limits(after)
    after = _scored(after, by)
    _put(after, "lead.transitioned", lead, by, reason=body.reason)
    history.add_transition(lead.id, lead.status, after.status, body.reason, by)
    return after


def rescore(lead_id: str, by: Caller) -> Lead:
    """The lead, scored with the current rules and settings. The history gets an entry even if the score is the same.

    Raises: NotFound, PreconditionFailed.
    """
    lead = LEADS.get(by.tenant, lead_id)
    # Bypass the one-minute settings cache: the caller may have just changed the settings.
    area = organization_settings.service_area_of(by.organization_id) if lead.address else None
    new = scorer.score(lead, in_service_area=_is_in(area, lead), at=by.at)
    after = replace(lead, score=new, updated_at=by.at, version=lead.version + 1)
    _put(after, "lead.scored", lead, by)
    history.add_score(lead.id, lead.score, new, by)
    return after


type ReadNotes = Callable[[str, LeadFacts], NotesReading | None]
"""The engine for notes. The worker passes it, because a request must not import it."""


def score_notes(lead_id: str, read: ReadNotes, model: str, by: Caller) -> bool:
    """Score the lead with the trained reading of its notes, if that gives it another band. Returns whether it did.

    A second run with the same notes and settings changes nothing, so the event of the first one ends here. Erased leads
    are left alone.
    """
    lead = LEADS.find(by.tenant, lead_id)
    if lead is None or (notes := scorer.notes_to_read(lead)) is None:
        return False
    # Not the cached settings: two workers with different ones would correct each other.
    settings = organization_settings.settings_of(by.organization_id)
    if not ai_settings.ai_policy(settings).enabled:
        return False
    inside = _is_in(organization_settings.service_area_in(settings), lead)
    reading = read(notes, scorer.facts(lead, inside))
    unread = replace(lead, notes_reading=None)
    after = replace(lead, notes_reading=scorer.reading_to_keep(lead, reading, model)) if reading else unread
    new = scorer.score(after, in_service_area=inside, at=by.at)
    if not scorer.has_reading(new):
        after = unread
    was_read = lead.score is not None and scorer.has_reading(lead.score)
    if after.notes_reading == (lead.notes_reading if was_read else None):
        return False
    after = replace(after, score=new, updated_at=by.at, version=lead.version + 1)
    _put(after, "lead.scored", lead, by)
    history.add_score(lead.id, lead.score, new, by)
    return True


def _scored(lead: Lead, by: Caller) -> Lead:
    """The lead with its current score, which gets a history entry if it differs from the previous one."""
    new = scorer.score(lead, in_service_area=_in_service_area(lead, by), at=by.at)
    if lead.score and (lead.score.contributions, lead.score.scorer) == (new.contributions, new.scorer):
        return lead
    history.add_score(lead.id, lead.score, new, by)
    return replace(lead, score=new)


def _in_service_area(lead: Lead, by: Caller) -> bool | None:
    area = organization_settings.recent_service_area(by.organization_id, by.at) if lead.address else None
    return _is_in(area, lead)


def _is_in(area: ServiceArea | None, lead: Lead) -> bool | None:
    return service_area.contains(area, postal_code=lead.address.postal_code) if lead.address else None


def _create(new: Lead, by: Caller, *, conflict_on_duplicate: bool) -> Lead:
    new = _scored(new, by)
    by.transaction.create(LEADS.item(by.tenant, new))
    refusal = None if conflict_on_duplicate else _overtaken
    LEAD_CONTACTS.change(new.id, frozenset(), new.contacts, by.transaction, refusal)
    LEADS.audit(by.transaction, "lead.created", None, new)
    by.transaction.emit("lead.created", LeadView.of(new).model_dump(mode="json"))
    return new


def _overtaken(_claim: Item | None) -> Exception:
    return Stale()


def _replace(before: Lead, changed: Lead, by: Caller) -> Lead:
    """Write the lead's next version; claim and release the contacts that changed."""
    check_limits(changed)
    former = updated_former_contacts(before.former_contacts, before.contacts, changed.contacts)
    changed = replace(changed, former_contacts=former, updated_at=by.at, version=before.version + 1)
    after = _scored(changed, by)
    _put(after, "lead.updated", before, by)
    LEAD_CONTACTS.change(after.id, before.contacts, after.contacts, by.transaction)
    return after


def _put(after: Lead, action: str, before: Lead, by: Caller, *, reason: str | None = None) -> None:
    """Put a lead's next version over the one that was read, with the audit record and the event."""
    by.transaction.replace(LEADS.item(by.tenant, after), was=before.version)
    LEADS.audit(by.transaction, action, before, after, reason=reason or None)
    by.transaction.emit("lead.updated", LeadView.of(after).model_dump(mode="json"))
