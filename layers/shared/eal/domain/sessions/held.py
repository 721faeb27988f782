"""The sessions that a member has: one item per member, so that ending all of them is part of one transaction.

A sign-in replaces the item's version, and so do the removal of the member and a change of the role. So no session can
begin while they commit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import NotFound
from eal.core.table.item import dump, load
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.table.write import Stale
from eal.core.tenancy import BothModes
from eal.domain.sessions import access
from eal.domain.sessions.model import MAX_SESSIONS, Session

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant

_KIND = "MEMBER_SESSIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSessions:
    """The fingerprints of a member's sessions by their ids. Some may have ended by themselves."""

    member_id: str
    fingerprints: dict[str, str]
    version: int


def search(member_id: str, by: Caller) -> list[Session]:
    """The member's sessions, newest first."""
    return _alive(_find(by.tenant, member_id), by)


def end(member_id: str, session_id: str, by: Caller) -> None:
    """End one session of a member of the caller's organization.

    Raises: NotFound.
    """
    held = _find(by.tenant, member_id)
    if session_id not in held.fingerprints:
        raise NotFound(f"There is no session {ids.shown(session_id)}.")
    _end(held, {session_id}, by)


def end_all(member_id: str, by: Caller, *, bars_sign_ins: bool = False) -> None:
    """End every session of a member of the caller's organization. `bars_sign_ins`: write even if there is none, so that
    a session that begins at the same time starts again from its reads.
    """
    held = _find(by.tenant, member_id)
    if held.fingerprints or bars_sign_ins:
        _end(held, set(held.fingerprints), by)


def begin(session: Session, by: Caller) -> None:
    """Store a new session. If the member has too many, those end that were used least recently."""
    held = _find(by.tenant, session.member_id)
    gone = _without_room(held, by) if len(held.fingerprints) >= MAX_SESSIONS else set()
    for session_id in sorted(gone):
        by.transaction.add(access.delete(held.fingerprints[session_id]))
        _audit_end(held, session_id, by)
    _put(held, {**_without(held, gone), session.id: session.fingerprint}, by)
    by.transaction.add(access.put(session))


def replace_by(old: Session, new: Session, by: Caller) -> None:
    """Store a new session of the same member, and end the old one."""
    held = _held(old, by)
    _put(held, {**_without(held, {old.id}), new.id: new.fingerprint}, by)
    by.transaction.add(access.delete(old.fingerprint))
    by.transaction.add(access.put(new))


def leave(session: Session, by: Caller) -> None:
    """End a session whose person goes on in another organization."""
    held = _held(session, by)
    _put(held, _without(held, {session.id}), by)
    by.transaction.add(access.delete(session.fingerprint))


def _held(session: Session, by: Caller) -> HeldSessions:
    """Raises: Stale if the session has ended since it was read: it has no second successor."""
    held = _find(by.tenant, session.member_id)
    if session.id not in held.fingerprints:
        raise Stale
    return held


def _without_room(held: HeldSessions, by: Caller) -> set[str]:
    """The sessions that must go so that one more has room: those that have ended, then the least recently used."""
    alive = sorted(_alive(held, by), key=lambda session: session.last_used_at)
    ended = held.fingerprints.keys() - {session.id for session in alive}
    return {*ended, *(session.id for session in alive[: max(0, len(alive) - MAX_SESSIONS + 1)])}


def _alive(held: HeldSessions, by: Caller) -> list[Session]:
    found = access.read_all(list(held.fingerprints.values()))
    alive = (session for session in found if session.is_alive(by.at))
    return sorted(alive, key=lambda session: session.id, reverse=True)


def _end(held: HeldSessions, session_ids: set[str], by: Caller) -> None:
    for session_id in sorted(session_ids):
        by.transaction.add(access.delete(held.fingerprints[session_id]))
        _audit_end(held, session_id, by)
    _put(held, _without(held, session_ids), by)


def _audit_end(held: HeldSessions, session_id: str, by: Caller) -> None:
    by.transaction.audit("session.ended", session_id, audit.changes({"member_id": held.member_id}, {}))


def _without(held: HeldSessions, session_ids: set[str]) -> dict[str, str]:
    return {name: value for name, value in held.fingerprints.items() if name not in session_ids}


def _put(held: HeldSessions, fingerprints: dict[str, str], by: Caller) -> None:
    new = replace(held, fingerprints=fingerprints, version=held.version + 1)
    item: Item = {**_key(by.tenant, held.member_id)._asdict(), "kind": _KIND, **dump(new)}
    by.transaction.put_version(item, was=held.version)


def _find(tenant: Tenant, member_id: str) -> HeldSessions:
    item = get(_key(tenant, member_id))
    return load(HeldSessions, item) if item else HeldSessions(member_id=member_id, fingerprints={}, version=0)


def _key(tenant: Tenant, member_id: str) -> Key:
    """`org_…#both#MEMBER_SESSIONS`, `mem_…`."""
    return key(BothModes(tenant.organization_id), _KIND, member_id)
