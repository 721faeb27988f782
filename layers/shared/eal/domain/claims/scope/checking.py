"""The integrity checks over a claim, its evidence and its scope as people have decided it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.claims.evidence import ClaimFile
from eal.domain.claims import checks
from eal.domain.claims.scope import evidence, store
from eal.domain.claims.scope.model import identified

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim
    from eal.domain.claims.scope.model import IdentifiedFinding, Scope


def check(claim_id: str, by: Caller) -> tuple[int | None, tuple[IdentifiedFinding, ...]]:
    """The version of the scope, and what the checks find. Raises: NotFound."""
    claim, scope = store.of_claim(claim_id, by, "conflicts", "rooms")
    return scope.version, findings(claim, scope, by.tenant)


def findings(claim: Claim, scope: Scope, tenant: Tenant) -> tuple[IdentifiedFinding, ...]:
    """The findings of the checks. The photos are not read: their summaries are in the scope."""
    file = ClaimFile(notes=evidence.read_notes(claim, tenant), facts=evidence.facts_of(claim))
    return identified(claim.id, checks.findings(file, scope.effective), scope.items)
