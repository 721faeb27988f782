"""The provenance of a result: which engine produced it, from which input, at what cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    engine: str
    """`embedded`: the platform's own engine. `bedrock`: a model of Amazon Bedrock, together with the platform's own
    engine. `rules`: fixed rules. `person`: a correction by a person."""
    model: str
    """The version of the platform's engine or of the rules, the id of the Bedrock model, or `person`."""
    prompt_version: str | None
    """The version of the prompt. Null if the engine has no prompt."""
    input_sha256: str
    """A SHA-256 that identifies the input. Results of the same input have the same one."""
    tokens: int
    """The number of input and output tokens at Bedrock, otherwise 0."""
    cost_microusd: int
    """Cost of Bedrock in millionths of a US dollar, as far as known, otherwise 0."""
    latency_ms: int
    """Duration of all engines together, in milliseconds."""
    fallback: bool
    """True if Bedrock gave no usable answer or could not be asked, such as when its budget is spent. The result is then
    the platform's own."""
