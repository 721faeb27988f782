"""Where a judgement comes from: shown beside it, whichever engine judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from eal.core.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Which engine judged, from what, at what cost. Rules have no prompt, and cost neither tokens nor money."""

    engine: str
    model: str
    input_sha256: str
    latency_ms: int
    prompt_version: str | None = None
    tokens: int = 0
    cost_microusd: int = 0
    fallback: bool = False


def timed[T](judge: Callable[[], T], *, engine: str, model: str, input_sha256: str) -> tuple[T, Provenance]:
    """What an engine without prompt and cost answers, and where that comes from."""
    started = time.perf_counter()
    judgement = judge()
    latency_ms = round((time.perf_counter() - started) * 1000)
    return judgement, Provenance(engine=engine, model=model, input_sha256=input_sha256, latency_ms=latency_ms)


class ProvenanceView(Wire):
    engine: str
    model: str
    prompt_version: str | None
    input_sha256: str
    tokens: int
    cost_microusd: int
    latency_ms: int
    fallback: bool
