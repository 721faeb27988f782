"""Extraction of a claim's scope from its current evidence, once per evidence and version of the engine.

Only the worker imports this module, because the engine is a large import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai import chain
from eal.ai.claims.evidence import input_sha256
from eal.ai.claims.extraction import Extraction
from eal.ai.engines.embedded.claims import engine
from eal.ai.tasks.extract_claim import rules
from eal.ai.tasks.extract_claim.task import EXTRACT_CLAIM
from eal.core import observe
from eal.core.messages import KeepsFailing
from eal.core.transaction import until_committed
from eal.domain.claims.scope import evidence, extractions
from eal.domain.claims.store import CLAIMS
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant
    from eal.domain.claims.model import Claim
    from eal.domain.claims.scope.messages import ExtractClaimTask

MAX_CHARACTERS = 500_000
"""Maximum length of all notes and captions. The engine reads 2,000,000 in 16 seconds of processor time, and must not be
killed: five run at once for all tenants."""
_WORKER = "extract_claim"


def extract(task: ExtractClaimTask) -> None:
    """Extract the claim's current evidence, unless the extraction was finished already.

    The claim is read before its evidence, and the commit refuses another version of the claim. So a request with later
    evidence, which changes the claim, lets this run begin again. If the latest extraction has the same evidence and
    engine, the claim only becomes ready. With a model, a request always asks it, because it may answer otherwise.
    """
    judge = chain.Judge[Extraction]()
    until_committed(lambda: _extract(task, judge))


def _extract(task: ExtractClaimTask, judge: chain.Judge[Extraction]) -> None:
    by = task.as_worker(_WORKER)
    claim = _waiting(task.claim_id, by.tenant)
    if claim is None:
        return
    policy = ai_settings.ai_policy(organization_settings.settings_of(by.organization_id))
    if not policy.enabled:
        extractions.fail(claim, "ai_disabled", by)
        by.transaction.commit()
        return
    file = evidence.read(claim, by.tenant)
    if file.characters > MAX_CHARACTERS:
        extractions.fail(claim, "too_large", by)
        by.transaction.commit()
        return
    file_sha256 = input_sha256(file)
    is_repeatable = policy.engine == "embedded" or by.tenant.mode == "test"
    if is_repeatable and extractions.is_current(
        claim, (engine.ENGINE, engine.VERSION, file_sha256), by.tenant
    ):
        extractions.make_ready(claim, claim, by)
        by.transaction.commit()
        return
    extraction, provenance = judge.run(
        EXTRACT_CLAIM, file, policy, by.tenant, by.at, input_sha256=file_sha256
    )
    if faults := rules.faults(extraction, file):  # they name rooms, so they are not logged
        raise ValueError(f"the extraction breaks {len(faults)} rules of eal.ai.tasks.extract_claim")
    try:
        extractions.record(claim, extraction, provenance, by)
    except extractions.ExtractionTooLarge:
        by = by.with_new_transaction()
        extractions.fail(claim, "too_large", by)
    by.transaction.commit()
    observe.count("claims_extracted")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=extraction.remarks[-1])
        observe.count("bedrock_fallbacks")


def fail_if_waiting(task: ExtractClaimTask) -> None:
    """Raises: KeepsFailing if the claim waits for its extraction."""
    if _waiting(task.claim_id, task.tenant):
        raise KeepsFailing


def give_up(task: ExtractClaimTask) -> None:
    """The message becomes a dead letter. A person can request the extraction again."""
    by = task.as_worker(_WORKER)
    if claim := _waiting(task.claim_id, by.tenant):
        extractions.fail(claim, "failed", by)
        by.transaction.commit()


def _waiting(claim_id: str, tenant: Tenant) -> Claim | None:
    """The claim, if it waits for its extraction."""
    claim = CLAIMS.find(tenant, claim_id)
    return claim if claim and claim.status == "extracting" else None
