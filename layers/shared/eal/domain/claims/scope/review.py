"""The review of a scope: what people decide about its items. The engine's values stay as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from eal.core import audit, ids
from eal.core.errors import Conflict, NotFound, ValidationFailed
from eal.core.table.item import dump, patched
from eal.core.table.progress import Addition
from eal.core.table.write import Stale
from eal.domain.claims import store as claims
from eal.domain.claims.scope import store
from eal.domain.claims.scope.model import ITEM_PREFIX, Decision, ReviewedItem, Values
from eal.domain.claims.store import CLAIMS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.domain.claims.model import Claim, Status
    from eal.domain.claims.scope.model import Verdict
    from eal.domain.claims.scope.wire import AcceptItems, ItemDecision

REVIEWABLE: tuple[Status, ...] = ("ready_for_review", "in_review", "signed_off")
"""The statuses in which items are decided. A decision after a sign-off begins another review."""
MAX_AT_ONCE = 40
"""Items that one request accepts: each takes two operations of a transaction, which has 100."""
_AUDITED = ("status", "scope_version", "reason", "values")
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
    item = next((one for one in scope.items if one.id == item_id), None)
    if item is None or not ids.is_id(ITEM_PREFIX, item_id):
        raise NotFound(f"The scope of the claim {claim_id} has no item {item_id[:40]}.")
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


def _begin(claim: Claim, by: Caller) -> None:
    """Move the claim into review, or let the commit fail if it is not there any more. Count the request."""
    counted = Addition(
        key=store.count_key(by.tenant, claim.id), kind=store.COUNT_KIND, amounts={"requests": 1}
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
    key = store.decision_key(by.tenant, claim.id, item.id)
    by.transaction.put_version(
        {**key._asdict(), "kind": store.DECISION_KIND, "claim_id": claim.id, **dump(after)},
        was=before.version if before else 0,
    )
    changes = audit.changes(_audited(before), _audited(after), personal=_PERSONAL, salt=after.salt)
    by.transaction.audit(f"claim_scope_item.{status}", item.id, changes)
    return replace(item, latest=after)


def _audited(decision: Decision | None) -> Item:
    if decision is None:
        return {}
    stored = dump(decision)
    return {name: stored[name] for name in _AUDITED if name in stored}


def _check_reviewable(claim: Claim) -> None:
    if claim.status not in REVIEWABLE:
        raise Conflict(
            f"The scope of a claim with the status '{claim.status}' cannot be reviewed.",
            id=claim.id,
            status=claim.status,
        )


def _check_quantity(values: Values) -> None:
    given = {value is not None for value in (values.quantity, values.unit, values.quantity_basis)}
    if len(given) > 1:
        message = "'quantity', 'unit' and 'quantity_basis' go together: set all of them, or none."
        raise ValidationFailed([{"pointer": "/values", "message": message, "type": "incomplete_quantity"}])
