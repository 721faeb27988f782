"""Begin a session: after a sign-in with the user pool, or when a member switches the organization or the mode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eal.core import audit, clock, ids, observe
from eal.core.audit import Actor
from eal.core.caller import Caller, Visitor
from eal.core.errors import NotFound, SignInRefused
from eal.core.table.write import Stale
from eal.core.tenancy import Tenant
from eal.core.transaction import until_committed
from eal.domain.credentials.text import fingerprint, new_text
from eal.domain.members import people
from eal.domain.members import store as members
from eal.domain.members.sessions.store import find_membership, memberships, memberships_of, own
from eal.domain.members.store import MEMBERS
from eal.domain.sessions import held
from eal.domain.sessions.model import ABSOLUTE, SCOPES, Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode
    from eal.domain.members.model import Member
    from eal.domain.members.sessions.store import Membership

_MAX_USER_AGENT_CHARACTERS = 300
_UNKNOWN = (
    "No organization has invited this e-mail address. Use that of your invitation, or ask an administrator."
)
_OTHER_ACCOUNT = (
    "This e-mail address is bound to another account. Ask an administrator to remove and invite you again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the user pool, as its signed token describes it. `email` is verified."""

    subject: str
    email: str
    auth_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session with its text, which is not stored."""

    session: Session
    text: str
    memberships: Sequence[Membership]


def sign_in(
    account: Account, visitor: Visitor, *, organization_id: str | None = None, mode: Mode = "live"
) -> NewSession:
    """Begin a session of the account's person, in the given organization, or in that of the last sign-in, or else in
    that of the newest invitation.

    Raises: SignInRefused for an address that no organization has invited, that is bound to another account, or that is
    no member of the given organization; Unavailable if other changes of the same member kept coming.
    """
    return until_committed(lambda: _sign_in(account, visitor, organization_id, mode))


def _sign_in(account: Account, visitor: Visitor, organization_id: str | None, mode: Mode) -> NewSession:
    person_id = people.person_id(account.email)
    person = people.find(person_id)
    known = memberships(person_id)
    chosen = _chosen(known, account.email, organization_id)
    if chosen is None and known:
        raise _refused("You are not a member of this organization.", "not_a_member")
    if chosen is None:
        raise _refused(_UNKNOWN, "unknown_member")
    by = _caller(chosen, visitor, mode, clock.now())
    if person and person.subject != account.subject:
        by.transaction.audit(
            "member.sign_in_refused", chosen.member.id, audit.changes({}, {"reason": "other_account"})
        )
        by.transaction.commit()
        raise _refused(_OTHER_ACCOUNT, "other_account")
    if person is None:
        people.bind(person_id, account.subject, by)
    member = _mark_signed_in(chosen.member, by)
    text = new_text("session")
    session = _new(member, person_id, fingerprint(text), account.auth_time, by, visitor)
    held.begin(session, by)
    by.transaction.audit("member.signed_in", member.id, audit.changes({}, _audited(session)))
    by.transaction.commit()
    return NewSession(session=session, text=text, memberships=_with(chosen, known))


def switch(organization_id: str | None, mode: Mode | None, by: Caller) -> NewSession:
    """A new session of the same person in another organization or mode, in place of the caller's own. It ends when its
    predecessor would have ended.

    Raises: NotFound for an organization without this person.
    """
    old = own(by)
    known = memberships_of(old)
    chosen = _switched(known, old, organization_id or old.organization_id)
    if chosen is None:
        raise NotFound(f"You are not a member of an organization {ids.shown(organization_id or '')}.")
    text = new_text("session")
    new = replace(
        old,
        id=ids.new("ses", by.at),
        organization_id=chosen.organization.id,
        mode=mode or old.mode,
        member_id=chosen.member.id,
        role=chosen.member.role,
        fingerprint=fingerprint(text),
        created_at=by.at,
        last_used_at=by.at,
        version=1,
    )
    if new.organization_id == old.organization_id:
        # A change of the role commits with the member's next version, so this starts again.
        at_version = {":was": chosen.member.version}
        member_key = MEMBERS.key(new.tenant, new.member_id)
        by.transaction.require(member_key, "version = :was", lambda _old: Stale(), values=at_version)
        held.replace_by(old, new, by)
        by.transaction.audit("session.switched", old.id, audit.changes(_audited(old), _audited(new)))
    else:
        # Neither organization's log says what the other one is.
        held.leave(old, by)
        by.transaction.audit("session.switched", old.id, audit.changes(_audited(old), {}))
        there = _caller(chosen, Visitor(by.request_id, by.actor.ip or "", ""), new.mode, by.at)
        _mark_signed_in(chosen.member, there)
        held.begin(new, there)
        there.transaction.audit("member.signed_in", new.member_id, audit.changes({}, _audited(new)))
        by.transaction.join(there.transaction)
    return NewSession(session=new, text=text, memberships=_with(chosen, known))


def _mark_signed_in(old: Member, by: Caller) -> Member:
    """The member as after a sign-in, which the caller's transaction stores.

    A removal or a change of the role replaces this item too, so one of the two starts again.
    """
    member = replace(old, status="active", last_signed_in_at=by.at, version=old.version + 1)
    by.transaction.put_version(members.item_of(by.tenant, member), was=old.version)
    return member


def _audited(session: Session) -> Item:
    return {"session_id": session.id, "mode": session.mode}


def _chosen(known: Sequence[Membership], email: str, organization_id: str | None) -> Membership | None:
    """The membership in an organization, or that of the last sign-in, or else the newest invitation: a stranger's
    invitation must not decide where somebody enters who has an organization.
    """
    if organization_id is not None:
        return find_membership(organization_id, email, known)
    return max(known, key=_last_use, default=None)


def _last_use(membership: Membership) -> tuple[bool, datetime]:
    signed_in = membership.member.last_signed_in_at
    return signed_in is not None, signed_in or membership.member.invited_at


def _switched(known: Sequence[Membership], old: Session, organization_id: str) -> Membership | None:
    """The membership of the same person in an organization. The own one has the address."""
    own_one = next((membership for membership in known if membership.member.id == old.member_id), None)
    return find_membership(organization_id, own_one.member.email, known) if own_one else None


def _with(chosen: Membership, known: Sequence[Membership]) -> Sequence[Membership]:
    """The memberships that a session shows, with its own."""
    return known if chosen in known else [*known, chosen]


def _caller(chosen: Membership, visitor: Visitor, mode: Mode, at: datetime) -> Caller:
    observe.bind(organization_id=chosen.organization.id, mode=mode)
    return Caller.of(
        tenant=Tenant(chosen.organization.id, mode),
        actor=Actor(type="member", id=chosen.member.id, ip=visitor.ip or None),
        source="dashboard",
        scope=SCOPES[chosen.member.role],
        request_id=visitor.request_id,
        at=at,
    )


def _refused(message: str, reason: str) -> SignInRefused:
    observe.logger.warning("sign_in_refused", reason=reason)
    observe.count("sign_ins_refused")
    return SignInRefused(message, reason=reason)


def _new(
    member: Member, person: str, session_hash: str, auth_time: datetime, by: Caller, visitor: Visitor
) -> Session:
    expires_at = by.at + ABSOLUTE
    return Session(
        id=ids.new("ses", by.at),
        organization_id=by.organization_id,
        mode=by.mode,
        member_id=member.id,
        role=member.role,
        person=person,
        fingerprint=session_hash,
        auth_time=auth_time,
        created_at=by.at,
        expires_at=expires_at,
        last_used_at=by.at,
        last_used_ip=visitor.ip or None,
        ttl=int(expires_at.timestamp()),
        ip=visitor.ip or None,
        user_agent=visitor.user_agent[:_MAX_USER_AGENT_CHARACTERS] or None,
    )
