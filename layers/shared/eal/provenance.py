"""Where a judgement comes from: shown beside it, whichever engine judged."""

from dataclasses import dataclass

from eal.wire import Wire


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


class ProvenanceView(Wire):
    engine: str
    model: str
    prompt_version: str | None
    input_sha256: str
    tokens: int
    cost_microusd: int
    latency_ms: int
    fallback: bool
