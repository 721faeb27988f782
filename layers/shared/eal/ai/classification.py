"""The classification of a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Intent(StrEnum):
    """The need of the caller."""

    WATER = "water"
    SEWAGE = "sewage"
    FIRE = "fire"
    MOLD = "mold"
    STORM = "storm"
    BIOHAZARD = "biohazard"
    REBUILD = "rebuild"
    EXISTING_JOB = "existing_job"
    INSURANCE = "insurance"
    EMPLOYMENT = "employment"
    SALES_PITCH = "sales_pitch"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"
    OTHER = "other"
    UNKNOWN = "unknown"


UNNAMED_HAZARD = "person_in_danger"
"""The hazard of a danger whose kind is unsure."""

LOSSES = frozenset(
    {
        Intent.WATER, Intent.SEWAGE, Intent.FIRE, Intent.MOLD, Intent.STORM, Intent.BIOHAZARD, Intent.REBUILD,
        Intent.OTHER,
    }
)  # fmt: skip
"""Intents that are about a loss."""


class Urgency(StrEnum):
    """Time within which action is needed."""

    EMERGENCY = "emergency"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


def most_urgent(values: Iterable[Urgency]) -> Urgency:
    """The most urgent of at least one value."""
    return min(values, key=list(Urgency).index)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exact quote from a turn, and the field of the classification that it supports."""

    field: str
    quote: str
    turn: int


@dataclass(frozen=True, slots=True)
class Confidences:
    """Probability of each field that it is right, from 0 to 1."""

    intent: float
    urgency: float
    qualified: float


@dataclass(frozen=True, slots=True)
class DangerSign:
    """A sentence that names a danger to life, or almost does, and how that was decided.

    `found_by` has what found it: `rule`, `sentence_reader`, `call_model` or `model`. `because` is `named` for a present
    danger, and otherwise why there is none, such as `denied` or `over`. `score` is the sentence reader's, from 0 to 1;
    a sentence is a danger from 0.5 on.
    """

    hazard: str
    turn: int
    found_by: tuple[str, ...]
    present: bool
    because: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """Intent, urgency and qualification of a call, with evidence.

    `confidence` is the mean of `confidences`. `unsure` names the fields whose confidence is below their threshold, and
    that a person should decide. `likely_urgencies` has the urgencies that are likely enough to act on. `danger_signs`
    explains `safety`.
    """

    intent: Intent
    urgency: Urgency
    qualified: bool | None
    confidence: float
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    safety: bool
    hazards: tuple[str, ...]
    confidences: Confidences
    unsure: tuple[str, ...] = ()
    likely_urgencies: tuple[Urgency, ...] = ()
    danger_signs: tuple[DangerSign, ...] = ()
