"""The result of a classification: the run is stored, and the call is decided by the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.core import audit
from eal.domain.calls import dispatching
from eal.domain.calls.model import (
    MAX_RUNS,
    Call,
    CallRecord,
    Run,
)
from eal.domain.calls.store import publish_classification, put_runs, replace_call
from eal.domain.dispatch import transitions

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.dispatch.transitions import Situation


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
