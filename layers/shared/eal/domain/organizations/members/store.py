"""Members in the State table: who may use the dashboard. An item of its own claims a member's e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.audit import Actor
from eal.core.errors import Conflict, NotFound
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get
from eal.core.tenancy import BothModes
from eal.domain.organizations.members.model import PERSONAL, Member
from eal.domain.organizations.store import may_change

if TYPE_CHECKING:
    from eal.core.audit import Change
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.domain.organizations.members.wire import MemberCreate

_NOT_AUDITED = frozenset({"id", "invited_at", "invited_by"})


def at(organization_id: str, member_id: str) -> Key:
    """`org_…#both#MEMBER`, `mem_…`: members belong to both modes."""
    return key(BothModes(organization_id), "MEMBER", member_id)


def claim_at(organization_id: str, email: str) -> Key:
    """`org_…#both#MEMBER_EMAIL`, and the address."""
    return key(BothModes(organization_id), "MEMBER_EMAIL", email)


def invite(body: MemberCreate, by: Caller) -> Member:
    """A new member, to whom no mail is sent yet.

    Raises: InsufficientScope; Conflict with `id` where a member has this address.
    """
    may_change(by)
    new = Member(
        id=ids.new("mem", by.at),
        email=body.email,
        name=body.name,
        role=body.role,
        status="invited",
        invited_at=by.at,
        invited_by=Actor(type=by.actor.type, id=by.actor.id),
        version=1,
        salt=audit.new_salt(),
    )
    by.transaction.create({**at(by.organization_id, new.id)._asdict(), "kind": "MEMBER", **dump(new)})
    by.transaction.create(
        {
            **claim_at(by.organization_id, new.email)._asdict(),
            "kind": "MEMBER_EMAIL",
            "member_id": new.id,
        },
        lambda old: Conflict(
            "A member with this e-mail address already exists.",
            id=cast("str", old["member_id"]) if old else None,
        ),
    )
    by.transaction.audit("member.invited", new.id, _changes({}, _audited(new), new.salt))
    return new


def search(query: ListQuery, by: Caller) -> Page[Member]:
    """The organization's members, newest first."""
    where = Partition(base=partition(BothModes(by.organization_id), "MEMBER"), id_prefix="mem")
    return page.read(by.tenant, query, where, lambda item: load(Member, item))


def remove(member_id: str, by: Caller) -> None:
    """Remove a member; the address can be invited again.

    Raises: InsufficientScope, NotFound, PreconditionFailed.
    """
    may_change(by)
    item = get(at(by.organization_id, member_id)) if ids.is_id("mem", member_id) else None
    if item is None:
        raise NotFound(f"There is no member {member_id[:40]}.")
    old = load(Member, item)
    by.transaction.delete(at(by.organization_id, old.id), was=old.version)
    by.transaction.delete(claim_at(by.organization_id, old.email))
    by.transaction.audit("member.removed", old.id, _changes(_audited(old), {}, old.salt))


def _changes(before: Item, after: Item, salt: str) -> tuple[Change, ...]:
    return audit.changes(before, after, personal=PERSONAL, salt=salt)


def _audited(member: Member) -> Item:
    return {name: value for name, value in dump(member).items() if name not in _NOT_AUDITED}
