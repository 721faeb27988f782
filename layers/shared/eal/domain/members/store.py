"""Members in the State table. A separate item claims the e-mail address of each member."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.audit import Actor
from eal.core.caller import ROLES
from eal.core.contact import MAX_EMAIL_CHARACTERS
from eal.core.errors import Conflict, InsufficientScope
from eal.core.table.collection import Collection
from eal.core.table.item import patched
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.table.write import Stale
from eal.core.tenancy import BothModes, Tenant
from eal.domain.credentials.bounds import require_unbounded_key
from eal.domain.members import people
from eal.domain.members.model import PERSONAL, Member
from eal.domain.organizations.store import require_live_key
from eal.domain.sessions import held

if TYPE_CHECKING:
    from eal.core.caller import Caller, Role
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.table.page import Page
    from eal.domain.members.wire import MemberCreate, MemberUpdate

MEMBERS = Collection(
    "MEMBER",
    Member,
    id_prefix="mem",
    noun="member",
    both_modes=True,
    personal=PERSONAL,
    unaudited=frozenset({"invited_at", "invited_by", "last_signed_in_at"}),
)

_LAST_OWNER = {
    "invited": "This is the last owner. Make another member an owner first.",
    "active": "This is the last owner who has signed in. First make another member who has signed in an owner.",
}


def claim_key(tenant: Tenant, email: str) -> Key:
    """`org_…#both#MEMBER_EMAIL`, and the address."""
    return key(BothModes(tenant.organization_id), "MEMBER_EMAIL", email)


def item_of(tenant: Tenant, member: Member) -> Item:
    """The member's item, indexed by person."""
    return {**MEMBERS.item(tenant, member), **people.index_attributes(member)}


def find_id(organization_id: str, email: str) -> str | None:
    """The id of the member of an organization who has an address."""
    if not ids.is_id("org", organization_id) or not 0 < len(email) <= MAX_EMAIL_CHARACTERS:
        return None
    claim = get(claim_key(Tenant(organization_id, "live"), email))
    return cast("str", claim["member_id"]) if claim else None


def invite(body: MemberCreate, by: Caller) -> Member:
    """A new member. A worker sends the invitation.

    Raises: InsufficientScope, also for a key with an expiry or networks, because the member's sessions have neither;
    Conflict with the `id` of a member that has this address; RateLimited and Conflict after too many invitations.
    """
    require_live_key(by)
    require_unbounded_key(by)
    _require_owner_for(by, body.role)
    # Imported here: only invitations need it.
    from eal.domain.members import invitations

    invitations.count(MEMBERS.walk(by.tenant), by)
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
    by.transaction.create(item_of(by.tenant, new))
    by.transaction.create(
        {**claim_key(by.tenant, new.email)._asdict(), "kind": "MEMBER_EMAIL", "member_id": new.id},
        lambda old: Conflict(
            "A member with this e-mail address already exists.",
            id=cast("str", old["member_id"]) if old else None,
        ),
    )
    MEMBERS.audit(by.transaction, "member.invited", None, new)
    by.transaction.enqueue_task("invite_member", {"member_id": new.id})
    return new


def search(query: ListQuery, by: Caller) -> Page[Member]:
    """The organization's members, newest first."""
    return MEMBERS.search(by.tenant, query)


def update(member_id: str, body: MemberUpdate, by: Caller) -> Member:
    """Change the fields present in the body. A new role ends the member's sessions.

    Raises: InsufficientScope, also if a member who is no owner changes an owner or makes someone one, and if a key with
    an expiry or networks raises a role; NotFound; PreconditionFailed; Conflict for the last owner.
    """
    require_live_key(by)
    old = MEMBERS.get(by.tenant, member_id)
    new = patched(old, body)
    _require_owner_for(by, old.role, new.role)
    if ROLES.index(new.role) > ROLES.index(old.role):
        require_unbounded_key(by)
    if new == old:
        by.transaction.check_if_match(old.version)
        return old
    if old.role == "owner" and new.role != "owner":
        _require_another_owner(old, by)
    new = replace(new, version=old.version + 1)
    by.transaction.replace(item_of(by.tenant, new), was=old.version)
    if new.role != old.role:
        held.end_all(old.id, by, bars_sign_ins=True)
    MEMBERS.audit(by.transaction, "member.updated", old, new)
    return new


def _require_owner_for(by: Caller, *roles: Role) -> None:
    """An admin key may do what an owner may, unless it descends from a member who is no owner.

    Raises: InsufficientScope if the caller acts on an owner and may not.
    """
    if "owner" not in roles or by.member_id is None:
        return
    if by.sign_in:
        role: Role | None = by.sign_in.role
    else:
        member = MEMBERS.find(by.tenant, by.member_id)
        role = member.role if member else None
    if role != "owner":
        raise InsufficientScope(
            "Only an owner can change an owner, or make someone one. An admin key can, unless a member who is no owner "
            "created it.",
            reason="owner",
        )


def _require_another_owner(leaving: Member, by: Caller) -> None:
    """An owner leaves only if another one remains, and an active one only if another active one remains: an invitation
    may have gone to a wrong address.

    The transaction requires the version of the other owner, so that of two owners who remove each other at the same
    moment, one starts again from the reads.

    Raises: Conflict.
    """
    counted = {"active", leaving.status}
    owners = (member for member in MEMBERS.walk(by.tenant) if member.role == "owner")
    other = next((owner for owner in owners if owner.id != leaving.id and owner.status in counted), None)
    if other is None:
        raise Conflict(_LAST_OWNER[leaving.status], reason="last_owner")
    by.transaction.require(
        MEMBERS.key(by.tenant, other.id),
        "version = :was",
        lambda _old: Stale(),
        values={":was": other.version},
    )


def remove(member_id: str, by: Caller) -> None:
    """Remove a member, whose sessions end; the address can be invited again.

    Raises: InsufficientScope, NotFound, PreconditionFailed, Conflict for the last owner.
    """
    require_live_key(by)
    old = MEMBERS.get(by.tenant, member_id)
    _require_owner_for(by, old.role)
    if old.role == "owner":
        _require_another_owner(old, by)
    by.transaction.delete(MEMBERS.key(by.tenant, old.id), was=old.version)
    by.transaction.delete(claim_key(by.tenant, old.email))
    if old.last_signed_in_at:
        # Otherwise a stranger could invite an address and remove it again to unbind it.
        people.leave(old.email, by)
    held.end_all(old.id, by, bars_sign_ins=True)
    MEMBERS.audit(by.transaction, "member.removed", old, None)
