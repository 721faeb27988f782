"""The settings `dispatch.alerts`: how the person on call is told about a dispatch, and who is told if there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.core.json import Json

type AlertChannel = Literal["sms", "voice", "email"]
type AlertDetail = Literal["standard", "minimal"]

MAX_STEP_SECONDS = 900
"""Longest delay of a step: that of SQS, because a step is a delayed message."""
MAX_STEPS = 8
MAX_LAST_RESORT = 5


class AlertStep(NamedTuple):
    """One attempt to reach a person. `after_seconds` counts from the moment at which the person was asked."""

    channel: AlertChannel
    after_seconds: int


DEFAULT_STEPS: Final = (
    AlertStep("sms", 0),
    AlertStep("voice", 60),
    AlertStep("email", 120),
    AlertStep("voice", 300),
)
"""A text wakes fewer people than a call, and costs them less if they are awake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """`last_resort` are the phone numbers that are told at once if nobody is on call, or nobody answered."""

    enabled: bool = False
    steps: tuple[AlertStep, ...] = DEFAULT_STEPS
    last_resort: tuple[str, ...] = ()
    detail: AlertDetail = "standard"

    @classmethod
    def of(cls, stored: Mapping[str, Json] | None) -> Self:
        """The settings in their stored form, in which members may be missing."""
        stored = stored or {}
        steps = cast("Sequence[dict[str, Json]] | None", stored.get("steps"))
        return cls(
            enabled=bool(stored.get("enabled")),
            steps=DEFAULT_STEPS
            if steps is None
            else tuple(
                AlertStep(cast("AlertChannel", step["channel"]), cast("int", step["after_seconds"]))
                for step in steps
            ),
            last_resort=tuple(cast("Sequence[str]", stored.get("last_resort") or ())),
            detail=cast("AlertDetail", stored.get("detail") or "standard"),
        )

    def steps_within(self, seconds: int) -> tuple[AlertStep, ...]:
        """The steps that are carried out before the next person is asked."""
        return tuple(step for step in self.steps if step.after_seconds < seconds)
