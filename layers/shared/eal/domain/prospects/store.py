"""Prospects in the State table: searches, changes with their audit records, and claims of e-mail addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import IllegalTransition, NotFound, ValidationFailed
from eal.core.table.collection import in_time
from eal.core.table.item import patched
from eal.core.table.read import get_all
from eal.domain.leads.contacts import updated_former_contacts
from eal.domain.leads.limits import MAX_JSON_BYTES
from eal.domain.organization_settings import service_area
from eal.domain.organization_settings import store as organization_settings
from eal.domain.prospects.collection import PROSPECT_CONTACTS, PROSPECTS
from eal.domain.prospects.model import OUTREACH_STATES, PERSONAL, Contact, Prospect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.table.collection import Filters
    from eal.core.table.page import Page
    from eal.domain.prospects.model import OutreachState, Qualification
    from eal.domain.prospects.wire import ProspectCreate, ProspectQuery, ProspectUpdate

_PROVENANCE = frozenset({"engine", "model", "prompt_version", "input_sha256", "output_sha256"})


def add(body: ProspectCreate, by: Caller) -> Prospect:
    """A new prospect.

    Raises: Conflict with `id` and `matched_on` if another prospect has the e-mail; ValidationFailed if it is too large.
    """
    empty = Prospect(
        id=ids.new("pros", by.at),
        source=body.source,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    new = _patched(empty, body)
    _check_size(new)
    by.transaction.create(PROSPECTS.item(by.tenant, new))
    PROSPECT_CONTACTS.change(new.id, frozenset(), new.claimed_contacts, by.transaction)
    PROSPECTS.audit(by.transaction, "prospect.created", None, new)
    return new


def get(prospect_id: str, by: Caller) -> Prospect:
    """Raises: NotFound with the `id`."""
    found = PROSPECTS.find(by.tenant, prospect_id)
    if found is None:
        raise _not_found(prospect_id)
    return found


def get_many(prospect_ids: Sequence[str], by: Caller) -> list[Prospect]:
    """The prospects, in the order of the ids.

    Raises: NotFound with the `id` of the first that does not exist.
    """
    for prospect_id in prospect_ids:
        if not ids.is_id("pros", prospect_id):
            raise _not_found(prospect_id)
    found = []
    items = get_all([PROSPECTS.key(by.tenant, prospect_id) for prospect_id in prospect_ids])
    for prospect_id, item in zip(prospect_ids, items, strict=True):
        if item is None:
            raise _not_found(prospect_id)
        found.append(PROSPECTS.load(item))
    return found


def search(query: ProspectQuery, by: Caller) -> Page[Prospect]:
    """Prospects, newest first. An e-mail finds its one prospect."""
    filters: Filters = {
        "qualification.status": query.qualification,
        "outreach_state": query.outreach_state,
        "email": query.email,
        "source": query.source,
        "assigned_to": query.assigned_to,
        "updated_at": in_time(query.updated_after),
    }
    if not query.email:
        return PROSPECTS.search(by.tenant, query, filters)
    found = PROSPECT_CONTACTS.find(by.tenant, f"email#{query.email}")
    return PROSPECTS.at_most_one(by.tenant, query, found, filters)


def update(prospect_id: str, body: ProspectUpdate, by: Caller) -> Prospect:
    """The prospect with the fields of the body; null clears a field.

    Raises: NotFound, PreconditionFailed; Conflict if another prospect has the e-mail; IllegalTransition for the
    outreach state of a converted one; ValidationFailed for a field that cannot be null, if neither company nor e-mail
    would be left, or if it would be too large.
    """
    before = get(prospect_id, by)
    by.transaction.check_if_match(before.version)
    for name in ("source", "outreach_state"):
        if name in body.model_fields_set and getattr(body, name) is None:
            raise ValidationFailed.of_field(f"/{name}", "Must not be null.", "null_forbidden")
    if before.lead_id and body.outreach_state:
        raise IllegalTransition(
            "The prospect was converted to a lead. Its outreach state can no longer change.",
            status="converted",
            allowed=[],
            lead_id=before.lead_id,
        )
    after = _patched(before, body)
    if not after.is_named:
        raise ValidationFailed.of_field("", "A prospect needs a 'company' or an 'email'.", "not_named")
    _check_size(after)
    return replace_prospect("prospect.updated", before, after, by) if after != before else before


def record(prospect: Prospect, qualification: Qualification, by: Caller) -> Prospect:
    """The prospect with a new qualification."""
    return replace_prospect(
        "prospect.qualified", prospect, replace(prospect, qualification=qualification), by
    )


def advance_outreach(prospect_id: str, to: OutreachState, by: Caller) -> None:
    """Advance the prospect's outreach state, in the caller's transaction. A state never goes back: `to` is ignored if
    the prospect has reached it or a later one, and if there is no such prospect.
    """
    before = PROSPECTS.find(by.tenant, prospect_id)
    if before:
        advance_outreach_of(before, to, by)


def advance_outreach_of(before: Prospect, to: OutreachState, by: Caller) -> None:
    """Advance the outreach state of a prospect that was already read."""
    if OUTREACH_STATES.index(to) > OUTREACH_STATES.index(before.outreach_state):
        _write("prospect.updated", before, replace(before, outreach_state=to), by)


def in_service_area(prospect: Prospect, by: Caller) -> bool | None:
    """Whether the prospect is inside the service area; None if its place or the area is not known."""
    if prospect.postal_code is None:
        return None
    area = organization_settings.recent_service_area(by.organization_id, by.at)
    return service_area.contains(area, postal_code=prospect.postal_code)


def replace_prospect(action: str, before: Prospect, changed: Prospect, by: Caller) -> Prospect:
    """Write the prospect's next version, in the caller's transaction. Raises: PreconditionFailed."""
    by.transaction.check_if_match(before.version)
    return _write(action, before, changed, by)


def _write(action: str, before: Prospect, changed: Prospect, by: Caller) -> Prospect:
    """Write the prospect's next version; claim and release the e-mail address if it changed."""
    former = updated_former_contacts(before.former_contacts, before.contacts, changed.contacts)
    after = replace(changed, former_contacts=former, updated_at=by.at, version=before.version + 1)
    by.transaction.put_version(PROSPECTS.item(by.tenant, after), was=before.version)
    PROSPECT_CONTACTS.change(after.id, before.claimed_contacts, after.claimed_contacts, by.transaction)
    recorded = PROSPECTS.audited(before)
    if after.qualification != before.qualification:  # record the whole provenance, also its unchanged parts
        recorded = {name: value for name, value in recorded.items() if name not in _PROVENANCE}
    changes = audit.changes(recorded, PROSPECTS.audited(after), personal=PERSONAL, salt=after.salt)
    by.transaction.audit(action, after.id, changes)
    return after


def _patched(prospect: Prospect, body: ProspectCreate | ProspectUpdate) -> Prospect:
    """The prospect with the fields of the body. A contact without any field is none."""
    after = patched(prospect, body)
    return replace(after, contact=None) if after.contact == Contact() else after


def _check_size(prospect: Prospect) -> None:
    if prospect.is_too_large:
        raise ValidationFailed.of_field(
            "", f"A prospect must be at most {MAX_JSON_BYTES} bytes of JSON. Shorten it.", "too_long"
        )


def _not_found(prospect_id: str) -> NotFound:
    return NotFound(f"There is no prospect {ids.shown(prospect_id)}.", id=ids.shown(prospect_id))
