"""Runs an AI task: the embedded engine always, Bedrock if the tenant wants it, then the rules that no engine overrides.

Every task has the same chain: redact, remove instructions, ask the engine, apply the hard rules, calibrate, and name
the fields that a person should decide. If Bedrock fails for any reason, the embedded judgement stands, with the reason
and `fallback` in its provenance.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.engines.bedrock.engine import Bedrock
from eal.core import settings

if TYPE_CHECKING:
    from datetime import datetime

    from eal.ai.policy import Policy
    from eal.ai.provenance import Provenance
    from eal.ai.tasks.task import AiTask
    from eal.core.schema import BaseModel
    from eal.core.tenancy import Tenant

ENGINE = "bedrock"


def versions[I, A: BaseModel, J](task: AiTask[I, A, J]) -> frozenset[tuple[str, str | None]]:
    """Model and prompt version of every judgement that the present engines can make."""
    model = settings.bedrock_model()
    second = {(model, task.prompt().version)} if model else set()
    return frozenset({(task.embedded_version, None), *second})


def run[I, A: BaseModel, J](
    task: AiTask[I, A, J], given: I, policy: Policy, tenant: Tenant, at: datetime
) -> tuple[J, Provenance]:
    """The judgement for a tenant, with its provenance. A test tenant has only the embedded engine."""
    judgement, provenance = task.embedded(given)
    wants = policy.engine == "bedrock_always" or (
        policy.engine == "bedrock_when_unsure" and task.is_unsure(judgement)
    )
    if not wants or tenant.mode == "test" or task.is_certain(judgement):
        return judgement, provenance
    bedrock = Bedrock.of(tenant, policy.monthly_budget_microusd, at)
    if bedrock is None:
        return _fallen_back(task, judgement, provenance, "bedrock_not_configured")
    return second_judgement(task, given, judgement, provenance, bedrock)


class Judge[J]:
    """Runs tasks for one message, and judges the same input once: a commit that others made stale is tried again, and
    a model must not be paid again for it.
    """

    def __init__(self) -> None:
        self._judged: dict[str, tuple[J, Provenance]] = {}

    def run[I, A: BaseModel](
        self,
        task: AiTask[I, A, J],
        given: I,
        policy: Policy,
        tenant: Tenant,
        at: datetime,
        *,
        input_sha256: str,
    ) -> tuple[J, Provenance]:
        """Run `chain.run` once for each input and return its result. `input_sha256` is the hash by which inputs of the
        task are compared."""
        if input_sha256 not in self._judged:
            self._judged[input_sha256] = run(task, given, policy, tenant, at)
        return self._judged[input_sha256]


def second_judgement[I, A: BaseModel, J](
    task: AiTask[I, A, J], given: I, first: J, provenance: Provenance, bedrock: Bedrock
) -> tuple[J, Provenance]:
    """The judgement of both engines. `first` is that of the embedded one, with its provenance."""
    started = time.perf_counter()
    consultation = task.consultation(given)
    outcome = bedrock.answer(consultation.question)
    spent = replace(
        provenance,
        tokens=outcome.tokens,
        cost_microusd=outcome.cost_microusd,
        latency_ms=provenance.latency_ms + round((time.perf_counter() - started) * 1000),
    )
    if outcome.answer is None:
        return _fallen_back(task, first, spent, outcome.failure or "")
    return consultation.combined(first, outcome.answer), replace(
        spent, engine=ENGINE, model=bedrock.model.id, prompt_version=task.prompt().version
    )


def _fallen_back[I, A: BaseModel, J](
    task: AiTask[I, A, J], judgement: J, provenance: Provenance, reason: str
) -> tuple[J, Provenance]:
    return task.with_reason(judgement, reason), replace(provenance, fallback=True)
