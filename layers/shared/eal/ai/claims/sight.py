"""A model's view of a photo."""

from dataclasses import dataclass

from eal.ai.claims.vocabulary import Phase, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoContent:
    """The visible content of a photo, in closed vocabularies, so that no words of it get further. None is not
    visible."""

    damage: str | None = None
    materials: tuple[str, ...] = ()
    severity: Severity | None = None
    hazards: tuple[str, ...] = ()
    phase: Phase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSight:
    """A model's view of a photo, with the model and its cost. Its input is the photo with its SHA-256."""

    content: PhotoContent
    engine: str
    model: str
    prompt_version: str | None
    tokens: int
    cost_microusd: int
    latency_ms: int
