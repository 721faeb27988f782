"""Extracts the scope of a claim on the task `extract_claim`, once per evidence and version of the engine."""

from eal.ai import chain
from eal.ai.claims.evidence import input_sha256
from eal.ai.claims.extraction import Extraction
from eal.ai.engines.embedded.claims import engine
from eal.ai.tasks.extract_claim import rules
from eal.ai.tasks.extract_claim.task import EXTRACT_CLAIM
from eal.core import observe
from eal.core.messages import KeepsFailing
from eal.core.table.item import load
from eal.core.transaction import until_committed
from eal.domain.claims.scope import evidence, extractions
from eal.domain.claims.scope.messages import ExtractClaimTask
from eal.domain.claims.store import CLAIMS
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings
from eal.entry.queue import Consumer, Message, RetryPolicy

MAX_CHARACTERS = 500_000
"""Maximum length of all notes and captions. The engine reads 2,000,000 in 16 seconds of processor time, and must not be
killed: five run at once for all tenants."""


def extract(message: Message) -> None:
    """Extract the claim's current evidence, unless the extraction was finished already.

    The claim is read before its evidence, and the commit refuses another version of the claim. So a request with later
    evidence, which changes the claim, lets this run begin again. If the latest extraction has the same evidence and
    engine, the claim only becomes ready. With a model, a request always asks it, because it may answer otherwise.
    """
    task = load(ExtractClaimTask, message)
    judge = chain.Judge[Extraction]()
    until_committed(lambda: _extract(task, judge))


def _extract(task: ExtractClaimTask, judge: chain.Judge[Extraction]) -> None:
    by = task.as_worker("extract_claim")
    claim = CLAIMS.find(by.tenant, task.claim_id)
    if claim is None or claim.status != "extracting":
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


def consume_last(message: Message) -> None:
    """The last receive extracts nothing: evidence that killed the worker four times would kill it again."""
    task = load(ExtractClaimTask, message)
    claim = CLAIMS.find(task.tenant, task.claim_id)
    if claim and claim.status == "extracting":
        raise KeepsFailing


def give_up(message: Message, _fault: Exception) -> None:
    """The message becomes a dead letter. A person can request the extraction again."""
    task = load(ExtractClaimTask, message)
    by = task.as_worker("extract_claim")
    claim = CLAIMS.find(by.tenant, task.claim_id)
    if claim is None or claim.status != "extracting":
        return
    extractions.fail(claim, "failed", by)
    by.transaction.commit()


# A tenant with many claims must not delay those of others.
handler = Consumer(
    extract,
    fair_queue="extract_claim",
    retry_policy=RetryPolicy(
        queue="extract_claim", first_delay_seconds=10, give_up=give_up, consume_last=consume_last
    ),
).handler
