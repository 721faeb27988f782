"""Prospects in the State table.

A prospect's e-mail is claimed by an item of its own, put in the prospect's transaction: so two prospects can never have
the same one, and looking a prospect up by it is a consistent read. Leads have their own claims: a prospect and the
lead that it became share an e-mail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.clock import rfc3339
from eal.core.errors import Conflict, IllegalTransition, NotFound, ValidationFailed
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get, get_all
from eal.domain.leads import capture as leads
from eal.domain.leads.model import LARGEST, Address, Lead, given_up, with_note
from eal.domain.organization_settings import service_area
from eal.domain.organization_settings import store as organization_settings
from eal.domain.prospects.model import PERSONAL, Contact, Prospect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.prospects.model import Qualification
    from eal.domain.prospects.wire import (
        ContactBody,
        ProspectConvert,
        ProspectCreate,
        ProspectQuery,
        ProspectUpdate,
    )

_NOT_AUDITED = frozenset({"id", "created_at", "qualification", "former_contacts"})
_PROVENANCE = frozenset({"engine", "model", "prompt_version", "input_sha256", "output_sha256"})


def at(by: Caller, prospect_id: str) -> Key:
    """`org_…#live#PROSPECT`, `pros_…`."""
    return key(by.tenant, "PROSPECT", prospect_id)


def claim_at(by: Caller, email: str) -> Key:
    """`org_…#live#PROSPECT_CONTACT`, `email#…`."""
    return key(by.tenant, "PROSPECT_CONTACT", f"email#{email}")


def held(tenant: Tenant, contacts: Sequence[str]) -> set[str]:
    """Those of up to 100 contacts that are a prospect's e-mail. Its phones have no claims."""
    emails = [one for one in contacts if one.startswith("email#")]
    claims = get_all([key(tenant, "PROSPECT_CONTACT", one) for one in emails]) if emails else []
    return {one for one, claim in zip(emails, claims, strict=True) if claim}


def add(body: ProspectCreate, by: Caller) -> Prospect:
    """A new prospect.

    Raises: Conflict with `id` and `matched_on` where another one has the e-mail; ValidationFailed for one that is too
    large.
    """
    new = Prospect(
        id=ids.new("pros", by.at),
        source=body.source,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        company=body.company,
        contact=_contact(body.contact),
        email=body.email,
        phones=tuple(dict.fromkeys(body.phones)),
        website=body.website,
        address=Address(**body.address.model_dump()) if body.address else None,
        notes=body.notes,
        metadata=body.metadata,
        assigned_to=body.assigned_to,
        enrichment=body.enrichment,
        outreach_state=body.outreach_state,
    )
    _check_size(new)
    by.transaction.create(_item(new, by))
    if new.email:
        _claim(new.email, new.id, by)
    audit_change("prospect.created", new, {}, audited(new), by)
    return new


def find(prospect_id: str, by: Caller) -> Prospect:
    """Raises: NotFound."""
    item = get(at(by, prospect_id)) if ids.is_id("pros", prospect_id) else None
    if item is None:
        raise _not_found(prospect_id)
    return load(Prospect, item)


def find_all(prospect_ids: Sequence[str], by: Caller) -> list[Prospect]:
    """The prospects, in the ids' order.

    Raises: NotFound with the `id` of the first that is not there.
    """
    for one in prospect_ids:
        if not ids.is_id("pros", one):
            raise _not_found(one)
    found = []
    for one, item in zip(prospect_ids, get_all([at(by, one) for one in prospect_ids]), strict=True):
        if item is None:
            raise _not_found(one)
        found.append(load(Prospect, item))
    return found


def search(query: ProspectQuery, by: Caller) -> Page[Prospect]:
    """Prospects, newest first. An e-mail finds its one; qualification and outreach state have indexes."""
    if query.email:
        return _by_email(query, by)
    where = Partition(base=partition(by.tenant, "PROSPECT"), id_prefix="pros")
    beyond_index = [query.source, query.assigned_to, query.updated_after]
    if query.qualification:
        where = replace(where, index="gsi1", index_partition=_qualified_as(by, query.qualification))
        beyond_index.append(query.outreach_state)
    elif query.outreach_state:
        where = replace(where, index="gsi2", index_partition=_in_outreach(by, query.outreach_state))
    keep = (lambda item: _matches(query, item)) if any(one is not None for one in beyond_index) else None
    return page.read(by.tenant, query, where, lambda item: load(Prospect, item), keep)


def update(prospect_id: str, body: ProspectUpdate, by: Caller) -> Prospect:
    """The prospect with what the body gives; what it gives as null is cleared.

    Raises: NotFound, PreconditionFailed; Conflict for an e-mail that another one has; IllegalTransition for the
    outreach state of a converted one; ValidationFailed for what cannot be null, where neither company nor e-mail
    would be left, or where it would be too large.
    """
    before = find(prospect_id, by)
    by.transaction.check_if_match(before.version)
    given: dict[str, object] = {name: getattr(body, name) for name in body.model_fields_set}
    _check_null(given)
    if before.lead_id and body.outreach_state:
        raise IllegalTransition(
            "The prospect was converted to a lead. Its outreach state can no longer change.",
            status="converted",
            allowed=[],
            lead_id=before.lead_id,
        )
    given |= {
        name: value
        for name, value in {
            "contact": _contact(body.contact),
            "address": Address(**body.address.model_dump()) if body.address else None,
            "phones": tuple(dict.fromkeys(body.phones or ())),
            "metadata": body.metadata or {},
            "enrichment": body.enrichment or {},
        }.items()
        if name in given
    }
    after = replace(before, **given)  # type: ignore[arg-type]  # names and types are ProspectUpdate's
    if not after.is_named:
        raise _invalid("", "a prospect needs a 'company' or an 'email'", "not_named")
    _check_size(after)
    return _replace("prospect.updated", before, after, by) if after != before else before


def record(prospect: Prospect, qualification: Qualification, by: Caller) -> Prospect:
    """The prospect with what was judged of it."""
    return _replace("prospect.qualified", prospect, replace(prospect, qualification=qualification), by)


def convert(prospect_id: str, body: ProspectConvert, by: Caller) -> Prospect:
    """The prospect, which is a lead now: a new one, or the one that has its e-mail or a phone already.

    Of two conversions at once, the prospect's version lets only one make the lead. Where the prospect's e-mail and
    phones are of several leads, it is for a person to say which one it is.

    Raises: NotFound, PreconditionFailed; Conflict with `lead_id` for one that is converted already, or with `id` and
    `matched_on` for a contact of a second lead; ValidationFailed where there is neither e-mail nor phone.
    """
    before = find(prospect_id, by)
    by.transaction.check_if_match(before.version)
    if before.lead_id:
        raise Conflict(
            f"The prospect was already converted to the lead {before.lead_id}.", lead_id=before.lead_id
        )
    if not before.can_be_reached:
        raise _invalid(
            "",
            "To become a lead, the prospect needs an 'email' or at least one number in 'phones'.",
            "no_contact",
        )
    lead_id = leads.from_prospect(_lead_of(before, body, by), by)
    after = replace(before, outreach_state="converted", lead_id=lead_id)
    return _replace("prospect.converted", before, after, by)


def in_service_area(prospect: Prospect, by: Caller) -> bool | None:
    """Whether the organization works where the prospect is; None where that cannot be known."""
    if prospect.postal_code is None:
        return None
    area = organization_settings.recent_service_area(by.organization_id, by.at)
    return service_area.contains(area, postal_code=prospect.postal_code)


def _lead_of(prospect: Prospect, body: ProspectConvert, by: Caller) -> Lead:
    contact = prospect.contact or Contact()
    return Lead(
        id=ids.new("lead", by.at),
        status="new",
        source="prospect",
        source_detail=prospect.source,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
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


def _replace(action: str, before: Prospect, changed: Prospect, by: Caller) -> Prospect:
    """Write the prospect's next version, and take and give back the e-mail where it changed."""
    former = given_up(before.former_contacts, before.contacts, changed.contacts)
    after = replace(changed, former_contacts=former, updated_at=by.at, version=before.version + 1)
    by.transaction.replace(_item(after, by), was=before.version)
    if after.email != before.email:
        if after.email:
            _claim(after.email, after.id, by)
        if before.email:
            by.transaction.delete(claim_at(by, before.email))
    was = audited(before)
    if after.qualification != before.qualification:  # all of a judgement's provenance, also what is as before
        was = {name: value for name, value in was.items() if name not in _PROVENANCE}
    audit_change(action, after, was, audited(after), by)
    return after


def _claim(email: str, prospect_id: str, by: Caller) -> None:
    def taken(old: Item | None) -> Exception:
        other = cast("str", (old or {}).get("prospect_id", ""))
        return Conflict(f"The prospect {other} has the same e-mail address.", id=other, matched_on="email")

    item: Item = {**claim_at(by, email)._asdict(), "kind": "PROSPECT_CONTACT", "prospect_id": prospect_id}
    by.transaction.create(item, taken)


def _by_email(query: ProspectQuery, by: Caller) -> Page[Prospect]:
    claim = get(claim_at(by, cast("str", query.email)))
    item = get(at(by, cast("str", claim["prospect_id"]))) if claim else None
    return page.at_most_one(
        by.tenant, query, load(Prospect, item) if item and _matches(query, item) else None
    )


def _matches(query: ProspectQuery, item: Item) -> bool:
    wanted = (
        (query.qualification, cast("Item", item["qualification"])["status"]),
        (query.outreach_state, item["outreach_state"]),
        (query.email, item.get("email")),
        (query.source, item["source"]),
        (query.assigned_to, item.get("assigned_to")),
    )
    created, updated = cast("str", item["created_at"]), cast("str", item["updated_at"])
    return (
        all(value is None or value == stored for value, stored in wanted)
        and (query.updated_after is None or updated >= rfc3339(query.updated_after))
        and (query.created_after is None or created >= rfc3339(query.created_after))
        and (query.created_before is None or created < rfc3339(query.created_before))
    )


def _contact(body: ContactBody | None) -> Contact | None:
    """None for one that says nothing."""
    found = Contact(**body.model_dump()) if body else Contact()
    return None if found == Contact() else found


def _check_null(given: dict[str, object]) -> None:
    for name in ("source", "outreach_state"):
        if name in given and given[name] is None:
            raise _invalid(f"/{name}", "Must not be null.", "null_forbidden")


def _check_size(prospect: Prospect) -> None:
    if prospect.is_too_large:
        raise _invalid("", f"A prospect must be at most {LARGEST} bytes of JSON. Shorten it.", "too_long")


def _invalid(pointer: str, message: str, kind: str) -> ValidationFailed:
    return ValidationFailed([{"pointer": pointer, "message": message, "type": kind}])


def _not_found(prospect_id: str) -> NotFound:
    return NotFound(f"There is no prospect {prospect_id[:40]}.", id=prospect_id[:40])


def audit_change(action: str, prospect: Prospect, before: Item, after: Item, by: Caller) -> None:
    by.transaction.audit(
        action, prospect.id, audit.changes(before, after, personal=PERSONAL, salt=prospect.salt)
    )


def audited(prospect: Prospect) -> Item:
    """What the audit log keeps: of a judgement, its answer and who gave it from what."""
    shown = {name: value for name, value in dump(prospect).items() if name not in _NOT_AUDITED}
    judged = prospect.qualification
    if judged.provenance is None:
        return shown
    return {
        **shown,
        "qualification": judged.status,
        "confidence": judged.confidence,
        "reasons": list(judged.reasons),
        "engine": judged.provenance.engine,
        "model": judged.provenance.model,
        "prompt_version": judged.provenance.prompt_version,
        "input_sha256": judged.provenance.input_sha256,
        "output_sha256": judged.output_sha256,
    }


def _item(prospect: Prospect, by: Caller) -> Item:
    """The prospect with its key and its places in the indexes by qualification and by outreach state."""
    return {
        **at(by, prospect.id)._asdict(),
        "kind": "PROSPECT",
        "gsi1pk": _qualified_as(by, prospect.qualification.status),
        "gsi1sk": prospect.id,
        "gsi2pk": _in_outreach(by, prospect.outreach_state),
        "gsi2sk": prospect.id,
        **dump(prospect),
    }


def _qualified_as(by: Caller, status: str) -> str:
    return partition(by.tenant, "PROSPECT", "qualification", status)


def _in_outreach(by: Caller, state: str) -> str:
    return partition(by.tenant, "PROSPECT", "outreach", state)
