"""Claims in the State table: searches, and changes with their audit records, claim numbers and retention."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.caller import includes
from eal.core.clock import rfc3339
from eal.core.errors import Conflict, InsufficientScope, NotFound, ValidationFailed, require_transition
from eal.core.table.collection import Collection, in_range, in_time
from eal.core.table.item import patched
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get
from eal.core.table.write import Stale
from eal.domain.claims.model import (
    NEEDS_NO_REASON,
    PERSONAL,
    TRANSITIONS,
    Claim,
    LegalHold,
    folded,
    is_future,
)

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.collection import Filter, Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.claims.wire import ClaimCreate, ClaimQuery, ClaimTransition, ClaimUpdate, LegalHoldPut


def _hold(claim: Claim) -> Item:
    """The legal hold for the audit log, with its parts as fields."""
    hold = claim.legal_hold
    if hold is None:
        return {}
    return {
        "legal_hold.reason": hold.reason,
        "legal_hold.placed_at": rfc3339(hold.placed_at),
        "legal_hold.placed_by": hold.placed_by,
    }


CLAIMS = Collection(
    "CLAIM",
    Claim,
    id_prefix="clm",
    noun="claim",
    indexes={"carrier": ("gsi2", "carrier"), "status": ("gsi1", "status")},
    personal=PERSONAL,
    unaudited=frozenset({"legal_hold", "extraction_input_sha256"}),
    derived=_hold,
)

_LINKED = {"lead_id": ("LEAD", "lead"), "call_id": ("CALL", "call")}
"""The kind and the id prefix of the items that a claim names."""


def number_key(tenant: Tenant, carrier: str, claim_number: str) -> Key:
    """`org_…#live#CLAIM_NUMBER#<carrier>`, and the number: the item that makes a carrier's claim number unique."""
    return key(tenant, f"CLAIM_NUMBER#{folded(carrier)}", folded(claim_number))


def _number_key_of(tenant: Tenant, claim: Claim) -> Key | None:
    return number_key(tenant, claim.carrier or "", claim.claim_number) if claim.claim_number else None


def retention_partition(tenant: Tenant) -> str:
    """`org_…#live#CLAIM_RETENTION`: the closed claims whose evidence is kept, in the order of their closing."""
    return partition(tenant, "CLAIM_RETENTION")


def retention_key(tenant: Tenant, claim: Claim) -> Key | None:
    began_at = claim.retention_begins_at
    return Key(retention_partition(tenant), f"{rfc3339(began_at)}#{claim.id}") if began_at else None


def create(body: ClaimCreate, by: Caller) -> Claim:
    """A new claim.

    Raises: ValidationFailed for a date of loss in the future. The commit raises Conflict with `id` if another claim
    has the number, and ValidationFailed if the lead or the call does not exist.
    """
    empty = Claim(
        id=ids.new(CLAIMS.id_prefix, by.at),
        status="open",
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    new = patched(empty, body)
    _check(None, new, by)
    by.transaction.create(_item(new, by))
    move_pointers(None, new, by)
    CLAIMS.audit(by.transaction, "claim.created", None, new)
    return new


def search(query: ClaimQuery, by: Caller) -> Page[Claim]:
    """Claims, newest first. A carrier's claim number finds its one claim."""
    filters: Filters = {
        "claim_number": _folds_to(query.claim_number),
        "status": query.status,
        "loss_type": query.loss_type,
        "lead_id": query.lead_id,
        "call_id": query.call_id,
        "date_of_loss": in_range(query.date_of_loss_after, query.date_of_loss_before),
        "updated_at": in_time(query.updated_after),
    }
    if not (query.carrier and query.claim_number):
        carrier = folded(query.carrier) if query.carrier else None
        return CLAIMS.search(by.tenant, query, {**filters, "carrier": carrier})
    number = get(number_key(by.tenant, query.carrier, query.claim_number))
    found = CLAIMS.find(by.tenant, cast("str", number["claim_id"])) if number else None
    return CLAIMS.at_most_one(by.tenant, query, found, {**filters, "carrier": _folds_to(query.carrier)})


def update(claim_id: str, body: ClaimUpdate, by: Caller) -> Claim:
    """The claim with the fields of the body; null clears a field.

    Raises: NotFound, PreconditionFailed; Conflict if it is closed; ValidationFailed if neither number nor insured
    would be left, or for a date of loss in the future. The commit raises what that of `create` does.
    """
    before = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(before.version)
    check_is_not_closed(before)
    after = patched(before, body)
    if after == before:
        return before
    _check(before, after, by)
    return replace_claim("claim.updated", before, after, by)


def transition(claim_id: str, body: ClaimTransition, by: Caller) -> Claim:
    """The claim in the status that a person chose.

    Raises: NotFound, PreconditionFailed; IllegalTransition with `allowed`; InsufficientScope if the caller may not
    reopen a claim; ValidationFailed if a reason is missing.
    """
    before = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(before.version)
    require_transition("A claim", before.status, body.to, TRANSITIONS[before.status])
    if before.status == "closed" and not includes(by.scope, "admin"):
        raise InsufficientScope("Only a key with the scope 'admin' can reopen a claim.", required="admin")
    if (before.status, body.to) not in NEEDS_NO_REASON and not body.reason:
        raise ValidationFailed.of_field(
            "/reason", f"Required to move a claim from '{before.status}' to '{body.to}'.", "missing"
        )
    after = replace(
        before,
        status=body.to,
        status_reason=body.reason,
        closed_at=by.at if body.to == "closed" else None,
    )
    return replace_claim("claim.transitioned", before, after, by)


def place_hold(claim_id: str, body: LegalHoldPut, by: Caller) -> Claim:
    """The claim on legal hold. A second hold replaces the reason of the first.

    Raises: NotFound, PreconditionFailed.
    """
    before = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(before.version)
    if before.legal_hold and before.legal_hold.reason == body.reason:
        return before
    hold = LegalHold(reason=body.reason, placed_at=by.at, placed_by=by.actor.id)
    return replace_claim("claim.hold_placed", before, replace(before, legal_hold=hold), by)


def release_hold(claim_id: str, by: Caller) -> None:
    """End the legal hold. Raises: NotFound, also if there is none; PreconditionFailed."""
    before = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(before.version)
    if before.legal_hold is None:
        raise NotFound(f"The claim {before.id} has no legal hold.")
    replace_claim("claim.hold_released", before, replace(before, legal_hold=None), by)


def replace_claim(action: str, before: Claim, changed: Claim, by: Caller) -> Claim:
    """Write the claim's next version, with its audit record, in the caller's transaction."""
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.replace(_item(after, by), was=before.version)
    move_pointers(before, after, by)
    CLAIMS.audit(by.transaction, action, before, after)
    return after


def check_is_not_closed(claim: Claim) -> None:
    """Raises: Conflict."""
    if claim.status == "closed":
        raise _closed(claim.id)


def check_no_hold(claim: Claim) -> None:
    """Check that the claim or its evidence may be deleted. Raises: Conflict."""
    if claim.legal_hold:
        raise Conflict(
            f"The claim {claim.id} is on legal hold. Nothing of it can be deleted until the hold is released.",
            id=claim.id,
            legal_hold=True,
        )


def require_open(claim_id: str, by: Caller) -> None:
    """Let the commit fail unless the claim exists and is not closed, for a transaction that adds evidence to it.

    The claim keeps its version, so many can add evidence at once. It is read only for a caller that expects a version.

    Raises: NotFound for a text that is no id of a claim, PreconditionFailed. The commit raises NotFound, Conflict, or
    Stale if the expected version has changed since.
    """
    if not ids.is_id(CLAIMS.id_prefix, claim_id):
        raise CLAIMS.not_found(claim_id)
    condition, values = "attribute_exists(pk) AND #status <> :closed", {":closed": cast("Json", "closed")}
    if by.transaction.if_match is not None:
        version = CLAIMS.get(by.tenant, claim_id).version
        by.transaction.check_if_match(version)
        condition, values = f"{condition} AND version = :was", {**values, ":was": version}

    def refusal(claim: Item | None) -> Exception:
        if claim is None:
            return CLAIMS.not_found(claim_id)
        return _closed(claim_id) if claim["status"] == "closed" else Stale()

    by.transaction.require(CLAIMS.key(by.tenant, claim_id), condition, refusal, values=values)


def _check(before: Claim | None, after: Claim, by: Caller) -> None:
    if not after.is_identified:
        raise ValidationFailed.of_field(
            "", "A claim needs a 'claim_number' or an 'insured'.", "not_identified"
        )
    if after.date_of_loss and is_future(after.date_of_loss, by.at):
        raise ValidationFailed.of_field("/date_of_loss", "Must not be in the future.", "future")
    for name, (kind, id_prefix) in _LINKED.items():
        linked = cast("str | None", getattr(after, name))
        if linked is None or (before and linked == getattr(before, name)):
            continue
        by.transaction.require_named(f"/{name}", kind, id_prefix, linked)


def move_pointers(before: Claim | None, after: Claim | None, by: Caller) -> None:
    """Keep the items up to date that make the claim number unique and that find the claim for the retention."""
    for kind, key_of, refusal in (
        ("CLAIM_NUMBER", _number_key_of, _has_number),
        ("CLAIM_RETENTION", retention_key, None),
    ):
        old = key_of(by.tenant, before) if before else None
        new = key_of(by.tenant, after) if after else None
        if old == new:
            continue
        if new and after:
            by.transaction.create({**new._asdict(), "kind": kind, "claim_id": after.id}, refusal)
        if old:
            by.transaction.delete(old)


def _has_number(pointer: Item | None) -> Exception:
    other = cast("str", pointer["claim_id"]) if pointer else ""
    return Conflict(
        f"The claim {other} has the same claim number of the same carrier.",
        id=other,
        matched_on="claim_number",
    )


def _closed(claim_id: str) -> Conflict:
    return Conflict(
        f"The claim {claim_id} is closed. Reopen it first, with POST /claims/{{id}}/transitions.",
        id=claim_id,
        status="closed",
    )


def _folds_to(text: str | None) -> Filter:
    return text and (lambda stored: stored is not None and folded(cast("str", stored)) == folded(text))


def _item(claim: Claim, by: Caller) -> Item:
    """The claim's item, whose index by carrier ignores differences of spelling."""
    carrier = ("carrier", folded(claim.carrier)) if claim.carrier else None
    return CLAIMS.item(by.tenant, claim, gsi2=carrier)
