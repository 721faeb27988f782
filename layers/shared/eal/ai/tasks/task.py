"""An AI task, as the chain needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.ai.engines.bedrock.engine import Question
    from eal.ai.provenance import Provenance
    from eal.ai.tasks.prompt import Prompt
    from eal.core.schema import BaseModel


@dataclass(frozen=True, slots=True)
class Consultation[A: BaseModel, J]:
    """One question to a model service, and how its answer joins the embedded judgement: by the task's hard rules, and
    with confidences for the agreement of both engines.
    """

    question: Question[A]
    combined: Callable[[J, A], J]


@dataclass(frozen=True, slots=True, kw_only=True)
class AiTask[I, A: BaseModel, J]:
    """A task with the input I, the answer A of a model service, and the judgement J.

    `embedded` judges without a model service, and `embedded_version` is its version. `is_unsure`: the judgement is
    worth a second one. `is_certain`: none is needed, whatever the tenant wants, because there is nothing to read.
    `consultation` redacts the input, removes instructions from it and fences it. `with_reason` adds a slug to the
    judgement's reasons.
    """

    name: str
    prompt: Callable[[], Prompt]
    embedded_version: str
    embedded: Callable[[I], tuple[J, Provenance]]
    is_unsure: Callable[[J], bool]
    is_certain: Callable[[J], bool]
    consultation: Callable[[I], Consultation[A, J]]
    with_reason: Callable[[J, str], J]
