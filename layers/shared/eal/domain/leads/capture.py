"""The ways to a lead: a request, a form, a call, a prospect's conversion, a row of a file.

If a lead has the same e-mail address or phone number, the data goes to that lead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.table.item import patched
from eal.domain.leads import store
from eal.domain.leads.collection import LEAD_CONTACTS, LEADS
from eal.domain.leads.merging import bare, filled_in, filled_in_where_room, merged
from eal.domain.leads.model import Lead, over_limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.caller import Caller
    from eal.domain.leads.vocabulary import OnDuplicate, Urgency
    from eal.domain.leads.wire import LeadCreate


def capture(body: LeadCreate, on_duplicate: OnDuplicate, by: Caller) -> tuple[Lead, bool]:
    """A new lead, or the one that has the same e-mail or phone; and whether it is new.

    Raises: Conflict with `id` and `matched_on` if duplicates are an error; ValidationFailed if the lead is, or would
    become, too large.
    """
    new = from_body(body, ids.new("lead", by.at), by)
    store.check_limits(new)
    if on_duplicate != "error" and (found := _duplicate_of(new, by)):
        return (found if on_duplicate == "return" else _changed(found, merged(found, new), by)), False
    return store.write(None, new, by, conflict_on_duplicate=on_duplicate == "error"), True


def from_form(body: LeadCreate, by: Caller) -> Lead:
    """A new lead, or the one that has the same e-mail or phone, with as much of the form's data as it has room for."""
    new = from_body(body, ids.new("lead", by.at), by)
    found = _duplicate_of(new, by)
    if found is None:
        if over_limit(new):
            new = filled_in_where_room(replace(bare(new), source_detail=new.source_detail), new)
        return store.write(None, new, by)
    return _changed(found, filled_in_where_room(found, new), by)


def empty_lead(source: str, by: Caller) -> Lead:
    """A new lead without data, neither stored nor scored."""
    return Lead(
        id=ids.new("lead", by.at),
        status="new",
        source=source,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )


def from_body(body: LeadCreate, lead_id: str, by: Caller) -> Lead:
    """A new lead with the data of the body, neither stored nor scored."""
    return replace(patched(empty_lead(body.source, by), body), id=lead_id)


def from_call(
    call_id: str,
    *,
    name: str | None,
    phone: str,
    loss_type: str | None,
    urgency: Urgency | None,
    source_detail: str | None,
    attribution: Mapping[str, str],
    by: Caller,
) -> str:
    """The id of the lead for a qualified call: a new one, or the one that has the phone number.

    An existing lead gets the values that it lacks, as far as there is room. The caller's transaction must also link
    the call, on the call's version, so that of two runs of the same work only one creates the lead.
    """
    first, _, last = (name or "").strip().partition(" ")
    new = replace(
        empty_lead("call", by),
        first_name=first or None,
        last_name=last.strip() or None,
        phones=(phone,),
        source_detail=source_detail,
        loss_type=loss_type,  # type: ignore[arg-type]  # the caller maps an intent to a loss type
        urgency=urgency,
        attribution=dict(attribution),
        call_id=call_id,
    )
    found = _duplicate_of(new, by)
    if found is None:
        return store.write(None, new, by).id
    return _changed(found, filled_in_where_room(found, new), by).id


def from_prospect(new: Lead, by: Caller) -> str:
    """The id of the lead that a prospect becomes: `new`, or the one that has the same e-mail or phone.

    An existing lead gets the values that it lacks. It is linked to the prospect unless it came from another one.
    """
    store.check_limits(new)
    found = _duplicate_of(new, by)
    if found is None:
        return store.write(None, new, by).id
    linked = replace(filled_in(found, new), prospect_id=found.prospect_id or new.prospect_id)
    return _changed(found, linked, by).id


def _duplicate_of(new: Lead, by: Caller) -> Lead | None:
    """The lead that has one of the new lead's contacts. An e-mail address takes precedence over phone numbers."""
    holders = LEAD_CONTACTS.holder_ids(by.tenant, sorted(new.contacts))
    return LEADS.find(by.tenant, next(iter(holders.values()))) if holders else None


def _changed(found: Lead, after: Lead, by: Caller) -> Lead:
    return store.write(found, after, by) if after != found else found
