"""Classification of a call: the engines judge it, the run is stored, and the call is decided by the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai import chain
from eal.ai.classification import Classification
from eal.ai.tasks.classify_call.task import CLASSIFY_CALL, CallInput
from eal.core import audit, observe
from eal.core.messages import KeepsFailing
from eal.core.transaction import until_committed
from eal.domain.calls import decisions, dispatching
from eal.domain.calls import store as calls
from eal.domain.calls.model import (
    MAX_RUNS,
    Call,
    CallRecord,
    Run,
)
from eal.domain.calls.store import CALLS, publish_classification, put_runs, replace_call
from eal.domain.dispatch import transitions
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.calls.messages import ClassifyCallTask
    from eal.domain.dispatch.transitions import Situation

_WORKER = "classify_call"


def classify(task: ClassifyCallTask) -> None:
    """Classify the current state of the call and decide what happens after it, unless the last run has the same input
    and versions of engine and prompt, and nobody has requested another one since.

    If the tenant has switched AI off, its calls stay unclassified.
    """
    judge = chain.Judge[Classification]()
    until_committed(lambda: _classify(task, judge))


def _classify(task: ClassifyCallTask, judge: chain.Judge[Classification]) -> None:
    by = task.as_worker(_WORKER)
    record = calls.find(task.call_id, by)
    if record is None or not _wants_run(record.call):
        return
    settings = organization_settings.settings_of(by.organization_id)
    policy = ai_settings.ai_policy(settings)
    if not policy.enabled:
        observe.logger.info("call_left_unjudged", call_id=record.call.id)
        return
    given = CallInput(
        transcript=record.transcript or "",
        answered=record.call.facts.answered,
        voicemail=bool(record.call.facts.voicemail),
        known_names=(record.call.person_name or "",),
        input_sha256=record.call.input_sha256(),
    )
    classification, provenance = judge.run(
        CLASSIFY_CALL, given, policy, by.tenant, by.at, input_sha256=given.input_sha256
    )
    situation = decisions.situation_of(record, settings, by)
    record_run(record, Run.of(classification, provenance, by.at), situation, by)
    by.transaction.commit()
    observe.count("calls_classified")
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=classification.reasons[-1])
        observe.count("bedrock_fallbacks")


def fail_if_waiting(task: ClassifyCallTask) -> None:
    """Raises: KeepsFailing if the call waits for a run."""
    if _waiting(task, task.as_worker(_WORKER)):
        raise KeepsFailing


def give_up(task: ClassifyCallTask) -> None:
    """People decide the call, which may be an emergency, unless only another run of the same input failed. A redrive of
    the message, now a dead letter, still classifies it.
    """
    by = task.as_worker(_WORKER)
    call = _waiting(task, by)
    if call and not call.is_input_classified:
        decisions.leave_to_people(call, organization_settings.settings_of(by.organization_id), by)
        by.transaction.commit()


def _waiting(task: ClassifyCallTask, by: Caller) -> Call | None:
    """The call, if it waits for a run."""
    call = CALLS.find(by.tenant, task.call_id)
    if call is None or not _wants_run(call):
        return None
    policy = ai_settings.ai_policy(organization_settings.settings_of(by.organization_id))
    return call if policy.enabled else None


def _wants_run(call: Call) -> bool:
    is_readable = call.has_ended and not call.transcript_deleted_at
    return is_readable and not call.is_classified_by(chain.versions(CLASSIFY_CALL))


def record_run(record: CallRecord, run: Run, situation: Situation, by: Caller) -> Call:
    """Store a run as the call's classification, under its correction, and decide the call."""
    before = record.call
    newest = run.without_quotes()
    classified = replace(
        before,
        classification=before.correction.over(newest) if before.correction else newest,
        corrected_run=newest if before.correction else None,
        first_classified_at=before.first_classified_at or by.at,
        classified_at=by.at,
        updated_at=by.at,
        runs_version=before.runs_version + 1,
        version=before.version + 1,
    )
    after = dispatching.decided_again(classified, situation, by.actor, by.at)
    replace_call(before, after, by)
    put_runs((*record.runs, run)[-MAX_RUNS:], after.id, after.runs_version, by, was=before.runs_version)
    by.transaction.audit(
        "call.classified",
        after.id,
        audit.changes(
            {
                "status": before.status,
                **_audited_decision(record.runs[-1] if record.runs else None),
                **transitions.audited(before.dispatch),
            },
            {
                "status": after.status,
                **_audited_decision(run),
                **_audited_provenance(run),
                **transitions.audited(after.dispatch),
            },
            personal=transitions.PERSONAL,
            salt=after.salt,
        ),
    )
    publish_classification(before, after, by)
    dispatching.announce(before, after, by)
    return after


def _audited_decision(run: Run | None) -> dict[str, Json]:
    """A run's answer for the audit log: without evidence, because it quotes the transcript."""
    if run is None:
        return {}
    return {
        "intent": run.intent.value,
        "urgency": run.urgency.value,
        "qualified": run.qualified,
        "safety": run.safety,
        "confidence": run.confidence,
    }


def _audited_provenance(run: Run) -> dict[str, Json]:
    """All of it, even if it equals that of the run before."""
    return {
        "engine": run.engine,
        "model": run.model,
        "prompt_version": run.prompt_version,
        "input_sha256": run.input_sha256,
        "output_sha256": run.output_sha256,
        "tokens": run.tokens,
        "cost_microusd": run.cost_microusd,
        "latency_ms": run.latency_ms,
        "fallback": run.fallback,
    }
