"""The classification of a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What the caller needs."""

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


LOSSES = frozenset(
    {
        Intent.WATER, Intent.SEWAGE, Intent.FIRE, Intent.MOLD, Intent.STORM, Intent.BIOHAZARD, Intent.REBUILD,
        Intent.OTHER,
    }
)  # fmt: skip
"""Intents that are about a loss."""


class Urgency(StrEnum):
    """How soon action is needed."""

    EMERGENCY = "emergency"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exact quote from a turn, and the field of the classification that it supports."""

    field: str
    quote: str
    turn: int


@dataclass(frozen=True, slots=True)
class Confidences:
    """For each field, the probability that it is right, from 0 to 1."""

    intent: float
    urgency: float
    qualified: float


@dataclass(frozen=True, slots=True)
class Classification:
    """Intent, urgency and qualification of a call, with evidence.

    `confidence` is the mean of `confidences`. `unsure` names the fields whose confidence is below their threshold, and
    that a person should decide. An engine without a confidence for each field has no `confidences`.
    """

    intent: Intent
    urgency: Urgency
    qualified: bool | None
    confidence: float
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    safety: bool
    hazards: tuple[str, ...]
    confidences: Confidences | None = None
    unsure: tuple[str, ...] = ()
