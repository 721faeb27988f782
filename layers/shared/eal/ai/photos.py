"""What a model sees in a photo of a claim."""

from __future__ import annotations

from dataclasses import dataclass

from eal.ai.claims import Phase, Severity  # noqa: TC001 - stored, so the fields' types are read
from eal.ai.provenance import Provenance  # noqa: TC001 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoContent:
    """Closed vocabularies only, so that no words of a photo and of a model get further. None is not visible."""

    damage: str | None = None
    materials: tuple[str, ...] = ()
    severity: Severity | None = None
    hazards: tuple[str, ...] = ()
    phase: Phase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLook:
    """`content` is None if nothing looked at the pixels; `remarks` are slugs that say why."""

    content: PhotoContent | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSight:
    """What a model saw, with its provenance."""

    content: PhotoContent
    provenance: Provenance
