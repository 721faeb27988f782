"""Bedrock for an evaluation: the model of the environment, and a limit to what one run may spend.

BEDROCK_MODEL=us.anthropic.claude-haiku-4-5-20251001-v1:0 BEDROCK_CENTS=200 python -m tools.evaluate classify_call \
--engine bedrock

The AWS credentials are those of the shell, and need bedrock:InvokeModel. STAGE=local with BEDROCK_API_URL uses the fake
of tools.fixtures.bedrock instead.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from eal.ai import chain
from eal.ai.engines.bedrock.engine import Bedrock
from eal.ai.engines.bedrock.models import model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydantic import BaseModel

    from eal.ai.provenance import Provenance
    from eal.ai.tasks.task import AiTask
    from tools.evaluate.sets import Json

_DEFAULT_CENTS = 100
_MICROUSD_PER_CENT = 10_000
_MICROUSD_PER_USD = 1_000_000


@dataclass(slots=True)
class RunBudget:
    """The rest of the run's budget, in micro-USD."""

    left: int

    def hold(self, microusd: int) -> bool:
        if microusd > self.left:
            return False
        self.left -= microusd
        return True

    def settle(self, held: int, *, spent: int, tokens: int) -> None:
        self.left += held - spent


def judge[I, A: BaseModel, J](task: AiTask[I, A, J]) -> Callable[[I], tuple[J, Provenance]]:
    """The judgement of both engines for one input, with its provenance, within the budget of the run."""
    configured = model(os.environ.get("BEDROCK_MODEL", ""))
    if configured is None:
        sys.exit("set BEDROCK_MODEL to a model that eal.ai.engines.bedrock.models lists")
    cents = int(os.environ.get("BEDROCK_CENTS", str(_DEFAULT_CENTS)))
    bedrock = Bedrock(configured, RunBudget(cents * _MICROUSD_PER_CENT))

    def judged(given: I) -> tuple[J, Provenance]:
        first, provenance = task.embedded(given)
        return chain.second_judgement(task, given, first, provenance, bedrock)

    return judged


def with_provenance(answer: Json, provenance: Provenance) -> Json:
    return {**answer, "provenance": asdict(provenance)}


def cost(answers: Sequence[Json]) -> Iterator[str]:
    """The cost of a run and the number of calls without an answer of Bedrock; nothing for an engine without a price."""
    found = [answer["provenance"] for answer in answers if "provenance" in answer]
    if found:
        spent = sum(answer["cost_microusd"] for answer in found) / _MICROUSD_PER_USD
        yield (
            f"cost: {spent:.4f} USD, {1000 * spent / len(found):.2f} USD for 1,000; "
            f"{sum(answer['tokens'] for answer in found) / len(found):.0f} tokens each; "
            f"{sum(answer['fallback'] for answer in found)} fell back"
        )
