"""Erasing a claim: its fields go at once; its photos, notes, scope, and what events and stored responses contain, soon
after.

A tombstone remains. The audit records keep their commitments, but the salt goes with the claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub, tombstone
from eal.domain.claims import store
from eal.domain.claims.notes import erasure as notes
from eal.domain.claims.photos import erasure as photos
from eal.domain.claims.scope import erasure as scope
from eal.domain.claims.sign_offs import erasure as sign_offs
from eal.domain.claims.store import CLAIMS
from eal.domain.claims.wire import ClaimView

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim

_PERSONAL = ("claim_number", "policy_number", "insured", "address", "status_reason", "legal_hold")
"""The fields of a view that contain what `model.PERSONAL` names."""


def erase(claim_id: str, by: Caller) -> None:
    """Replace the claim by a tombstone, and enqueue the rest of the erasure.

    Raises: NotFound, PreconditionFailed; Conflict if the claim is on legal hold.
    """
    claim = CLAIMS.get(by.tenant, claim_id)
    by.transaction.check_if_match(claim.version)
    store.check_no_hold(claim)
    _erase(claim, by)


def erase_again(claim_id: str, by: Caller) -> None:
    """Erase the claim after a restore, whatever legal hold the restored claim has: the hold ended before the first
    erasure.

    Raises: NotFound.
    """
    _erase(CLAIMS.get(by.tenant, claim_id), by)


def scrub_traces(tenant: Tenant, claim_id: str) -> None:
    """Remove the claim's personal values from stored events and responses, and delete its notes, photos, scope and
    sign-offs. Idempotent.
    """
    scrub.events(tenant, claim_id, without_personal_values)
    scrub.responses(tenant, claim_id)
    notes.erase(tenant, claim_id)
    photos.delete_all(tenant, claim_id)
    scope.delete_all(tenant, claim_id)
    sign_offs.erase(tenant, claim_id)


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A claim's view with empty personal fields, still in its shape."""
    return {**data, **dict.fromkeys(_PERSONAL)}


def _erase(claim: Claim, by: Caller) -> None:
    by.transaction.delete(CLAIMS.key(by.tenant, claim.id), was=claim.version)
    store.move_pointers(claim, None, by)
    tombstone.put("CLAIM", claim.id, (), (), by.transaction)
    CLAIMS.audit(by.transaction, "claim.erased", claim, None)
    view = ClaimView.of(claim).model_dump(mode="json")
    by.transaction.emit("claim.erased", without_personal_values(view))
    by.transaction.enqueue_task("erase_claim", {"claim_id": claim.id})
