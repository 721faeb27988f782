"""How people become leads: by a request, a form, a call, a prospect's conversion, a row of a file.

Whoever has a lead already is found by e-mail and phone; what is said of them then goes to that lead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.table.item import load
from eal.core.table.read import get, get_all
from eal.domain.leads import store
from eal.domain.leads.merging import bare, filled_in, filled_in_where_room, merged
from eal.domain.leads.model import Address, Lead, over_limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.caller import Caller
    from eal.domain.leads.model import OnDuplicate, Urgency
    from eal.domain.leads.wire import LeadCreate


def capture(body: LeadCreate, on_duplicate: OnDuplicate, by: Caller) -> tuple[Lead, bool]:
    """A new lead, or the one that has the same e-mail or phone. Tells whether it is new.

    Raises: Conflict with `id` and `matched_on` for a duplicate that is an error; ValidationFailed for a lead that is,
    or would become, too large.
    """
    new = made(body, ids.new("lead", by.at), by)
    store.check_limits(new)
    if on_duplicate != "error" and (found := _holder(new, by)):
        return (found if on_duplicate == "return" else _changed(found, merged(found, new), by)), False
    return store.write(None, new, by, duplicates_are_told=on_duplicate == "error"), True


def from_form(body: LeadCreate, by: Caller) -> Lead:
    """A new lead, or the one that has the same e-mail or phone, with what the form says as far as there is room."""
    new = made(body, ids.new("lead", by.at), by)
    found = _holder(new, by)
    if found is None:
        if over_limit(new):
            new = filled_in_where_room(replace(bare(new), source_detail=new.source_detail), new)
        return store.write(None, new, by)
    return _changed(found, filled_in_where_room(found, new), by)


def made(body: LeadCreate, lead_id: str, by: Caller) -> Lead:
    """The new lead that the body describes, not written and not scored."""
    return Lead(
        id=lead_id,
        status="new",
        source=body.source,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        first_name=body.first_name,
        last_name=body.last_name,
        company=body.company,
        email=body.email,
        phones=tuple(dict.fromkeys(body.phones)),
        address=Address(**body.address.model_dump()) if body.address else None,
        source_detail=body.source_detail,
        loss_type=body.loss_type,
        notes=body.notes,
        metadata=body.metadata,
        attribution=body.attribution.model_dump(exclude_none=True) if body.attribution else {},
        assigned_to=body.assigned_to,
    )


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
    """The id of the lead that a qualified call makes: a new one, or the one that has its phone already.

    That one gets what it did not say itself, as far as there is room. For a caller whose write also links the call, on
    the call's version: so of two runs of the same work only one makes the lead.
    """
    first, _, last = (name or "").strip().partition(" ")
    new = Lead(
        id=ids.new("lead", by.at),
        status="new",
        source="call",
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        first_name=first or None,
        last_name=last.strip() or None,
        phones=(phone,),
        source_detail=source_detail,
        loss_type=loss_type,  # type: ignore[arg-type]  # the caller maps an intent to a loss type
        urgency=urgency,
        attribution=dict(attribution),
        call_id=call_id,
    )
    found = _holder(new, by)
    if found is None:
        return store.write(None, new, by).id
    return _changed(found, filled_in_where_room(found, new), by).id


def from_prospect(new: Lead, by: Caller) -> str:
    """The id of the lead that a prospect becomes: `new`, or the one that has its e-mail or a phone already.

    That one is linked unless it came from another prospect, and gets what it did not say itself.
    """
    store.check_limits(new)
    found = _holder(new, by)
    if found is None:
        return store.write(None, new, by).id
    linked = replace(filled_in(found, new), prospect_id=found.prospect_id or new.prospect_id)
    return _changed(found, linked, by).id


def _holder(new: Lead, by: Caller) -> Lead | None:
    """The lead that has one of these contacts; the e-mail's goes before the phones'."""
    claims = get_all([store.claim_at(by, contact) for contact in sorted(new.contacts)])
    for claim in claims:
        if claim:
            item = get(store.at(by, cast("str", claim["lead_id"])))
            return load(Lead, item) if item else None
    return None


def _changed(found: Lead, after: Lead, by: Caller) -> Lead:
    return store.write(found, after, by) if after != found else found
