"""The review of a scope: what people decide about its items and rooms. The engine's values stay as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from eal.core import audit, ids
from eal.core.errors import Conflict, NotFound, ValidationFailed
from eal.core.table.item import dump, patched
from eal.core.table.progress import Addition
from eal.core.table.write import Stale
from eal.domain.claims import store as claims
from eal.domain.claims.scope import store, table_keys
from eal.domain.claims.scope.model import (
    ITEM_PREFIX,
    ROOM_PREFIX,
    Decision,
    Measures,
    ReviewedItem,
    ReviewedRoom,
    RoomCorrection,
    Values,
)
from eal.domain.claims.store import CLAIMS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.claims.model import Claim, Status
    from eal.domain.claims.scope.model import Verdict
    from eal.domain.claims.scope.wire import AcceptItems, ItemDecision, RoomUpdate

REVIEWABLE: tuple[Status, ...] = ("ready_for_review", "in_review", "signed_off")
"""The statuses in which a scope is reviewed. A decision after a sign-off begins another review."""
MAX_AT_ONCE = 40
"""Items that one request accepts: each takes two operations of a transaction, which has 100."""
_AUDITED = ("status", "scope_version", "reason", "values", "measures")
_PERSONAL = frozenset({"reason", "values"})


class AcceptedItems(NamedTuple):
    """The ids of the items that were accepted, and how many are left that would be."""

    accepted: tuple[str, ...]
    remaining: int


def decide(claim_id: str, item_id: str, body: ItemDecision, by: Caller) -> ReviewedItem:
    """The item with the decision of the body.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is not in review; ValidationFailed for a quantity
    without a unit and a basis, or the reverse.
    """
    claim, scope = store.of_claim(claim_id, by, "items", "items")
    item = next((item for item in scope.items if item.id == item_id), None)
    if item is None or not ids.is_id(ITEM_PREFIX, item_id):
        raise NotFound(f"The scope of the claim {claim_id} has no item {ids.shown(item_id)}.")
    by.transaction.check_if_match(item.version)
    _check_reviewable(claim)
    values = None
    if body.values is not None:
        values = patched(item.values, body.values)
        _check_quantity(values)
    before = item.decision
    if before and (before.status, before.values, before.reason) == (body.status, values, body.reason):
        return item
    _begin(claim, by)
    return _record(item, claim, body.status, by, values=values, reason=body.reason)


def accept(claim_id: str, body: AcceptItems, by: Caller) -> AcceptedItems:
    """Accept the items that nobody has decided and whose confidence is high enough, MAX_AT_ONCE at most.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is not in review.
    """
    claim, scope = store.of_claim(claim_id, by, "items", "items")
    by.transaction.check_if_match(claim.version)
    _check_reviewable(claim)
    chosen = [
        item
        for item in scope.items
        if item.status == "proposed"
        and item.engine.confidence >= body.min_confidence
        and body.room in (None, item.values.room)
    ]
    now = chosen[:MAX_AT_ONCE]
    if now:
        _begin(claim, by)
    for item in now:
        _record(item, claim, "accepted", by)
    return AcceptedItems(tuple(item.id for item in now), len(chosen) - len(now))


def correct(claim_id: str, room_id: str, body: RoomUpdate, by: Caller) -> ReviewedRoom:
    """The room with the measures of the body. A null takes the engine's measure again.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is not in review.
    """
    claim, scope = store.of_claim(claim_id, by, "rooms", "rooms")
    room = next((room for room in scope.rooms if room.id == room_id), None)
    if room is None or not ids.is_id(ROOM_PREFIX, room_id):
        raise NotFound(f"The scope of the claim {claim_id} has no room {ids.shown(room_id)}.")
    by.transaction.check_if_match(room.version)
    _check_reviewable(claim)
    engine, given = Measures.of(room.engine), body.measures
    restored = {
        name: getattr(engine, name) for name in given.model_fields_set if getattr(given, name) is None
    }
    measures = replace(patched(room.measures, given), **restored)
    before = room.correction
    if (room.measures, before.reason if before else None) == (measures, body.reason):
        return room
    _begin(claim, by)
    after = RoomCorrection(
        id=room.id,
        measures=measures,
        fingerprint=engine.fingerprint,
        scope_version=room.scope_version,
        decided_by=by.actor.id,
        decided_at=by.at,
        version=room.latest.version + 1 if room.latest else 1,
        salt=room.latest.salt if room.latest else audit.new_salt(),
        reason=body.reason,
    )
    key = table_keys.correction_key(by.tenant, claim.id, room.id)
    by.transaction.put_version(
        {**key._asdict(), "kind": table_keys.CORRECTION_KIND, "claim_id": claim.id, **dump(after)},
        was=room.latest.version if room.latest else 0,
    )
    changes = audit.changes(_audited(room.latest), _audited(after), personal=_PERSONAL, salt=after.salt)
    by.transaction.audit("claim_room.corrected", room.id, changes)
    return replace(room, latest=after)


def _begin(claim: Claim, by: Caller) -> None:
    """Move the claim into review, or let the commit fail if it is not there any more. Count the request."""
    counted = Addition(
        key=table_keys.count_key(by.tenant, claim.id), kind=table_keys.COUNT_KIND, amounts={"requests": 1}
    )
    by.transaction.add(counted.operation())
    if claim.status != "in_review":
        claims.replace_claim("claim.review_began", claim, replace(claim, status="in_review"), by)
        return
    by.transaction.require(
        CLAIMS.key(by.tenant, claim.id),
        "#status = :status AND scope_version = :version",
        lambda _claim: Stale(),
        values={":status": "in_review", ":version": claim.scope_version},
    )


def _record(
    item: ReviewedItem,
    claim: Claim,
    status: Verdict,
    by: Caller,
    *,
    values: Values | None = None,
    reason: str | None = None,
) -> ReviewedItem:
    before = item.latest
    after = Decision(
        id=item.id,
        status=status,
        fingerprint=item.engine.fingerprint,
        scope_version=item.scope_version,
        decided_by=by.actor.id,
        decided_at=by.at,
        version=before.version + 1 if before else 1,
        salt=before.salt if before else audit.new_salt(),
        values=values,
        reason=reason,
    )
    key = table_keys.decision_key(by.tenant, claim.id, item.id)
    by.transaction.put_version(
        {**key._asdict(), "kind": table_keys.DECISION_KIND, "claim_id": claim.id, **dump(after)},
        was=before.version if before else 0,
    )
    changes = audit.changes(_audited(before), _audited(after), personal=_PERSONAL, salt=after.salt)
    by.transaction.audit(f"claim_scope_item.{status}", item.id, changes)
    return replace(item, latest=after)


def _audited(decided: Decision | RoomCorrection | None) -> Item:
    if decided is None:
        return {}
    stored = dump(decided)
    return {name: stored[name] for name in _AUDITED if name in stored}


def _check_reviewable(claim: Claim) -> None:
    if claim.status not in REVIEWABLE:
        raise Conflict(
            f"The scope of a claim with the status '{claim.status}' cannot be reviewed. Wait for its "
            "extraction, or reopen the claim.",
            id=claim.id,
            status=claim.status,
        )


def _check_quantity(values: Values) -> None:
    given = {value is not None for value in (values.quantity, values.unit, values.quantity_basis)}
    if len(given) > 1:
        message = "'quantity', 'unit' and 'quantity_basis' go together: set all of them, or none."
        raise ValidationFailed.of_field("/values", message, "incomplete_quantity")
