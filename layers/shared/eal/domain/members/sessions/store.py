"""The caller's own session: what it shows, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from eal.core.caller import includes
from eal.core.errors import InsufficientScope, InvalidKey
from eal.core.table.item import load
from eal.core.table.read import get_all
from eal.core.tenancy import Tenant
from eal.domain.members import people
from eal.domain.members import store as members
from eal.domain.members.people import MembershipKey
from eal.domain.members.store import MEMBERS
from eal.domain.organization_settings.table_keys import organization_key
from eal.domain.organizations.model import Organization
from eal.domain.sessions import access, held

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal.core.caller import Caller, SignIn
    from eal.domain.members.model import Member
    from eal.domain.sessions.model import Session

MAX_ORGANIZATIONS = 100
"""Maximum number of a person's organizations in a list. A person who is a member of more can name the others."""
_PER_READ = 50
"""Two items each, and one transaction reads up to 100."""


@dataclass(frozen=True, slots=True)
class Membership:
    organization: Organization
    member: Member


def sign_in_of(by: Caller) -> SignIn:
    """The caller's own session. The routes of sessions admit no other caller."""
    if by.sign_in is None:
        raise AssertionError("this endpoint needs a caller of the type Member")
    return by.sign_in


def own(by: Caller) -> Session:
    """The caller's own session.

    Raises: InvalidKey if it has ended since the request began.
    """
    found = access.read_all([sign_in_of(by).fingerprint])
    if not found:
        raise InvalidKey("This session has ended. Sign in again.")
    return found[0]


def memberships(person: str, known: Iterable[MembershipKey] = ()) -> list[Membership]:
    """The organizations of a person, by name: those of `known` keys; those that the person signed in to last; and the
    newest invitations.
    """
    keys = dict.fromkeys([*known, *people.membership_keys(person, MAX_ORGANIZATIONS)])
    found = [membership for some in batched(keys, _PER_READ, strict=False) for membership in _read(some)]
    return sorted(
        found, key=lambda membership: (membership.organization.name.casefold(), membership.organization.id)
    )


def memberships_of(session: Session) -> list[Membership]:
    """The organizations of a session's person, by name, with that of the session."""
    return memberships(session.person, [MembershipKey(session.organization_id, session.member_id)])


def find_membership(organization_id: str, email: str, known: Iterable[Membership]) -> Membership | None:
    """The membership of an address in an organization: a known one, or else by the claim of the address, because a list
    has not all memberships of a person, and lacks those of the last second.
    """
    for membership in known:
        if membership.organization.id == organization_id:
            return membership
    member_id = members.find_id(organization_id, email)
    return next(iter(_read([MembershipKey(organization_id, member_id)])), None) if member_id else None


def _read(keys: Sequence[MembershipKey]) -> list[Membership]:
    """The memberships with some keys that exist still."""
    table_keys = [
        key
        for organization_id, member_id in keys
        for key in (
            organization_key(organization_id),
            MEMBERS.key(Tenant(organization_id, "live"), member_id),
        )
    ]
    items = get_all(table_keys)
    return [
        Membership(load(Organization, organization), MEMBERS.load(member))
        for organization, member in zip(items[::2], items[1::2], strict=True)
        if organization and member
    ]


def search(member_id: str, by: Caller) -> list[Session]:
    """The sessions of a member of the caller's organization, newest first.

    Raises: NotFound, InsufficientScope.
    """
    _require_own_or_admin(member_id, by)
    return held.search(member_id, by)


def end_one(member_id: str, session_id: str, by: Caller) -> None:
    """Raises: NotFound, InsufficientScope."""
    _require_own_or_admin(member_id, by)
    held.end(member_id, session_id, by)


def end_all(member_id: str, by: Caller) -> None:
    """Raises: NotFound, InsufficientScope."""
    _require_own_or_admin(member_id, by)
    held.end_all(member_id, by)


def _require_own_or_admin(member_id: str, by: Caller) -> None:
    if by.actor.id == member_id:
        return
    if not includes(by.scope, "admin"):
        raise InsufficientScope(
            "You can list and end your own sessions. Those of other members require the scope 'admin'.",
            required="admin",
        )
    MEMBERS.get(by.tenant, member_id)


def end(by: Caller) -> None:
    """Sign out: the session's next request is refused."""
    held.end(by.actor.id, sign_in_of(by).session_id, by)
