"""The provenance of a result: which engine produced it, from which input, at what cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from eal.core.schema import Field
from eal.core.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Engine, version, input, latency and cost. Rules have no prompt, and cost neither tokens nor money."""

    engine: str
    model: str
    input_sha256: str
    latency_ms: int
    prompt_version: str | None = None
    tokens: int = 0
    cost_microusd: int = 0
    fallback: bool = False


def timed[T](task: Callable[[], T], *, engine: str, model: str, input_sha256: str) -> tuple[T, Provenance]:
    """The result of a task that has no prompt and no cost, with its provenance."""
    started = time.perf_counter()
    result = task()
    latency_ms = round((time.perf_counter() - started) * 1000)
    return result, Provenance(engine=engine, model=model, input_sha256=input_sha256, latency_ms=latency_ms)


class ProvenanceView(Wire):
    engine: Annotated[
        str,
        Field(
            description="`embedded`: the platform's own models. `bedrock`: a model of Amazon Bedrock, next to the "
            "platform's own. `rules`: fixed rules. `person`: a correction by a person."
        ),
    ]
    model: Annotated[
        str,
        Field(description="The version of the platform's model or rules, or the id of the Bedrock model."),
    ]
    prompt_version: Annotated[str | None, Field(description="Null if the engine has no prompt.")]
    input_sha256: Annotated[
        str, Field(description="The SHA-256 of what the engine read. Two results of the same input share it.")
    ]
    tokens: Annotated[int, Field(description="Tokens of input and output at Bedrock, otherwise 0.")]
    cost_microusd: Annotated[int, Field(description="In millionths of a US dollar.")]
    latency_ms: Annotated[int, Field(description="How long the engine took, in milliseconds.")]
    fallback: Annotated[
        bool,
        Field(
            description="True if Bedrock did not give a usable answer, so that the result is the platform's own."
        ),
    ]
