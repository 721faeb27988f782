"""Leads in the State table.

A lead's e-mail and phones are claimed by items of their own, put in the lead's transaction: so two leads can never
have the same one, and looking a lead up by one is a consistent read.
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
from eal.core.table.write import Refusal, Stale
from eal.domain.leads import history, scorer
from eal.domain.leads.model import (
    NEEDS_REASON,
    PERSONAL,
    TRANSITIONS,
    Address,
    Lead,
    given_up,
    moved,
    over_limit,
    with_note,
)
from eal.domain.leads.wire import LeadView
from eal.domain.organization_settings import service_area
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.leads.wire import LeadQuery, LeadTransition, LeadUpdate
    from eal.domain.organization_settings.service_area import ServiceArea

_NOT_AUDITED = frozenset({"id", "created_at", "reached", "former_contacts"})

type _RefusalFor = Callable[[str], Refusal]
"""From a contact to what a claim of it that another lead holds raises."""


def at(by: Caller, lead_id: str) -> Key:
    """`org_…#live#LEAD`, `lead_…`."""
    return key(by.tenant, "LEAD", lead_id)


def claim_at(by: Caller, contact: str) -> Key:
    """`org_…#live#LEAD_CONTACT`, `email#…` or `phone#…`."""
    return key(by.tenant, "LEAD_CONTACT", contact)


def write(before: Lead | None, after: Lead, by: Caller, *, duplicates_are_told: bool = False) -> Lead:
    """Create a lead, or write the next version over what was read of it. The lead as it is then, scored.

    The commit raises Stale if a contact was taken meanwhile. With `duplicates_are_told` a new lead gets Conflict
    instead, because its caller did not search for duplicates first.
    """
    if before is None:
        return _create(after, by, _duplicate if duplicates_are_told else _overtaken)
    return _replace(before, after, by)


def check_limits(lead: Lead) -> None:
    """Raises: ValidationFailed."""
    if found := over_limit(lead):
        name, message = found
        raise ValidationFailed(
            [{"pointer": f"/{name}" if name else "", "message": message, "type": "too_long"}]
        )


def held(tenant: Tenant, contacts: Sequence[str]) -> set[str]:
    """Those of up to 100 contacts that a lead has."""
    claims = get_all([key(tenant, "LEAD_CONTACT", one) for one in contacts]) if contacts else []
    return {one for one, claim in zip(contacts, claims, strict=True) if claim}


def find(lead_id: str, by: Caller) -> Lead:
    """Raises: NotFound."""
    item = get(at(by, lead_id)) if ids.is_id("lead", lead_id) else None
    if item is None:
        raise NotFound(f"There is no lead {lead_id[:40]}.")
    return load(Lead, item)


def search(query: LeadQuery, by: Caller) -> Page[Lead]:
    """Leads, newest first.

    An e-mail or phone finds its one lead; assignee and status have indexes; other filters look at what these give.
    """
    if query.email or query.phone:
        return _by_contact(query, by)
    where = Partition(base=partition(by.tenant, "LEAD"), id_prefix="lead")
    beyond_index = [query.source, query.loss_type, query.updated_after, query.min_score, query.max_score]
    if query.assigned_to:
        where = replace(where, index="gsi2", index_partition=_assigned(by, query.assigned_to))
        beyond_index.append(query.status)
    elif query.status:
        where = replace(where, index="gsi1", index_partition=_in_status(by, query.status))
    keep = (lambda item: _matches(query, item)) if any(one is not None for one in beyond_index) else None
    return page.read(by.tenant, query, where, lambda item: load(Lead, item), keep)


def update(lead_id: str, body: LeadUpdate, by: Caller) -> Lead:
    """The lead with what the body gives; what it gives as null is cleared.

    Raises: NotFound, PreconditionFailed; Conflict for a contact that another lead has; ValidationFailed where no
    contact would be left.
    """
    lead = find(lead_id, by)
    by.transaction.check_if_match(lead.version)
    given: dict[str, object] = {name: getattr(body, name) for name in body.model_fields_set}
    if body.address:
        given["address"] = Address(**body.address.model_dump())
    if "attribution" in given:
        given["attribution"] = body.attribution.model_dump(exclude_none=True) if body.attribution else {}
    if "phones" in given:
        given["phones"] = tuple(dict.fromkeys(body.phones or ()))
    if "metadata" in given:
        given["metadata"] = body.metadata or {}
    if "source" in given and body.source is None:
        raise ValidationFailed(
            [{"pointer": "/source", "message": "Must not be null.", "type": "null_forbidden"}]
        )
    if "additional_emails" in given:
        given["additional_emails"] = tuple(dict.fromkeys(body.additional_emails or ()))
    changed = replace(lead, **given)  # type: ignore[arg-type]  # names and types are LeadUpdate's
    others = tuple(one for one in changed.additional_emails if one != changed.email)
    changed = replace(changed, additional_emails=others)
    if not changed.contacts:
        raise ValidationFailed(
            [
                {
                    "pointer": "",
                    "message": "A lead needs an 'email' or at least one number in 'phones'.",
                    "type": "no_contact",
                }
            ]
        )
    return _replace(lead, changed, by) if changed != lead else lead


def transition(lead_id: str, body: LeadTransition, by: Caller) -> Lead:
    """The lead in its new status.

    Raises: NotFound, PreconditionFailed; IllegalTransition with `allowed`; ValidationFailed where a reason is needed.
    """
    lead = find(lead_id, by)
    by.transaction.check_if_match(lead.version)
    allowed = TRANSITIONS[lead.status]
    if body.to not in allowed:
        raise IllegalTransition(
            f"A lead with the status '{lead.status}' cannot become '{body.to}'.",
            status=lead.status,
            allowed=list(allowed),
        )
    if body.to in NEEDS_REASON and not body.reason:
        raise ValidationFailed(
            [{"pointer": "/reason", "message": f"Required if 'to' is '{body.to}'.", "type": "missing"}]
        )
    after = moved(lead, body.to, by.at)
    if body.notes:
        after = replace(after, notes=with_note(lead.notes, body.notes))
    check_limits(after)
    after = _scored(after, by)
    by.transaction.replace(item_of(after, by), was=lead.version)
    history.add_transition(lead.id, lead.status, after.status, body.reason, by)
    before_fields, after_fields = dump(lead), dump(after)
    if body.reason:
        after_fields["reason"] = body.reason
    audit_change("lead.transitioned", lead, before_fields, after_fields, by)
    by.transaction.emit("lead.updated", LeadView.of(after).model_dump(mode="json"))
    return after


def rescore(lead_id: str, by: Caller) -> Lead:
    """The lead, scored again under today's rules and settings; its history tells of it also where nothing changed.

    Raises: NotFound, PreconditionFailed.
    """
    lead = find(lead_id, by)
    # Not as each write of a lead does, under settings up to a minute old: who asks may just have changed them.
    area = organization_settings.service_area_of(by.organization_id) if lead.address else None
    new = scorer.score(lead, in_service_area=_is_in(area, lead), at=by.at)
    after = replace(lead, score=new, updated_at=by.at, version=lead.version + 1)
    by.transaction.replace(item_of(after, by), was=lead.version)
    history.add_score(lead.id, lead.score, new, by)
    audit_change("lead.scored", lead, dump(lead), dump(after), by)
    by.transaction.emit("lead.updated", LeadView.of(after).model_dump(mode="json"))
    return after


def _scored(lead: Lead, by: Caller) -> Lead:
    """The lead with its score as it now is, and a new history entry where that is another one."""
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


def _create(new: Lead, by: Caller, refusal_for: _RefusalFor) -> Lead:
    new = _scored(new, by)
    by.transaction.create(item_of(new, by))
    for contact in sorted(new.contacts):
        _claim(contact, new.id, by, refusal_for(contact))
    audit_change("lead.created", new, {}, dump(new), by)
    by.transaction.emit("lead.created", LeadView.of(new).model_dump(mode="json"))
    return new


def _replace(before: Lead, changed: Lead, by: Caller) -> Lead:
    """Write the lead's next version, and take and give back the contacts that changed."""
    check_limits(changed)
    former = given_up(before.former_contacts, before.contacts, changed.contacts)
    changed = replace(changed, former_contacts=former, updated_at=by.at, version=before.version + 1)
    after = _scored(changed, by)
    by.transaction.replace(item_of(after, by), was=before.version)
    for contact in sorted(after.contacts - before.contacts):
        _claim(contact, after.id, by, _duplicate(contact))
    for contact in sorted(before.contacts - after.contacts):
        by.transaction.delete(claim_at(by, contact))
    audit_change("lead.updated", before, dump(before), dump(after), by)
    by.transaction.emit("lead.updated", LeadView.of(after).model_dump(mode="json"))
    return after


def _claim(contact: str, lead_id: str, by: Caller, refusal: Refusal) -> None:
    item: Item = {**claim_at(by, contact)._asdict(), "kind": "LEAD_CONTACT", "lead_id": lead_id}
    by.transaction.create(item, refusal)


def _overtaken(contact: str) -> Refusal:
    return lambda _old: Stale()


def _duplicate(contact: str) -> Refusal:
    field = "email" if contact.startswith("email#") else "phones"

    def refusal(old: Item | None) -> Exception:
        lead_id = cast("str", (old or {}).get("lead_id", ""))
        return Conflict(
            f"The lead {lead_id} has the same {'e-mail address' if field == 'email' else 'phone number'}.",
            id=lead_id,
            matched_on=field,
        )

    return refusal


def _by_contact(query: LeadQuery, by: Caller) -> Page[Lead]:
    contact = f"email#{query.email}" if query.email else f"phone#{query.phone}"
    claim = get(claim_at(by, contact))
    item = get(at(by, cast("str", claim["lead_id"]))) if claim else None
    return page.at_most_one(by.tenant, query, load(Lead, item) if item and _matches(query, item) else None)


def _matches(query: LeadQuery, item: Item) -> bool:
    wanted = (
        (query.status, item["status"]),
        (query.source, item["source"]),
        (query.loss_type, item.get("loss_type")),
        (query.assigned_to, item.get("assigned_to")),
    )
    score = cast("int", cast("Item", item["score"])["value"])
    created, updated = cast("str", item["created_at"]), cast("str", item["updated_at"])
    return (
        all(value is None or value == stored for value, stored in wanted)
        and (query.min_score is None or score >= query.min_score)
        and (query.max_score is None or score <= query.max_score)
        and (query.phone is None or query.phone in cast("list[str]", item.get("phones", [])))
        and (query.updated_after is None or updated >= rfc3339(query.updated_after))
        and (query.created_after is None or created >= rfc3339(query.created_after))
        and (query.created_before is None or created < rfc3339(query.created_before))
    )


def audit_change(action: str, lead: Lead, before: Item, after: Item, by: Caller) -> None:
    """Record a lead's change; of the score, its value: the contributions stand in the lead."""
    by.transaction.audit(
        action, lead.id, audit.changes(_audited(before), _audited(after), personal=PERSONAL, salt=lead.salt)
    )


def _audited(fields: Item) -> Item:
    score = cast("Item | None", fields.get("score"))
    shown = {name: value for name, value in fields.items() if name not in _NOT_AUDITED}
    return {**shown, **({"score": score["value"]} if score else {})}


def item_of(lead: Lead, by: Caller) -> Item:
    """The lead with its key and its places in the indexes by status and by assignee."""
    assignee: Item = (
        {"gsi2pk": _assigned(by, lead.assigned_to), "gsi2sk": lead.id} if lead.assigned_to else {}
    )
    return {
        **at(by, lead.id)._asdict(),
        "kind": "LEAD",
        "gsi1pk": _in_status(by, lead.status),
        "gsi1sk": lead.id,
        **assignee,
        **dump(lead),
    }


def _in_status(by: Caller, status: str) -> str:
    return partition(by.tenant, "LEAD", "status", status)


def _assigned(by: Caller, assignee: str) -> str:
    return partition(by.tenant, "LEAD", "assigned_to", assignee)
