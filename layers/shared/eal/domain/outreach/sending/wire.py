"""Request and response models for the test clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from eal.core.clock import Instant
from eal.core.schema import ConfigDict, Field, model_validator
from eal.core.wire import Wire
from eal.domain.outreach.tenant_clock import MAX_ADVANCE, MovedClock

_MAX_SECONDS = int(MAX_ADVANCE.total_seconds())


class TestClockAdvance(Wire):
    """Send exactly one of the two fields."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["advance_to"], "properties": {"advance_to": {"type": "string"}}},
                {"required": ["advance_seconds"], "properties": {"advance_seconds": {"type": "integer"}}},
            ]
        },
    )

    advance_to: Instant | None = None
    """The time to advance the clock to, at most 366 days after its current time."""
    advance_seconds: Annotated[int, Field(ge=1, le=_MAX_SECONDS, strict=True)] | None = None
    """Seconds by which the clock moves forward; at most 366 days."""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if (self.advance_to is None) == (self.advance_seconds is None):
            raise ValueError("Must have either 'advance_to' or 'advance_seconds'.")
        return self

    def target(self, now: datetime) -> datetime:
        return self.advance_to or now + timedelta(seconds=self.advance_seconds or 0)


class TestClockView(Wire):
    now: Instant
    """The current time of the test clock."""
    advancing_to: Instant | None
    """The time to which the clock advances. Null if it has arrived; it then runs like any clock."""

    @classmethod
    def at(cls, clock: MovedClock, real_now: datetime) -> Self:
        return cls(now=clock.now(real_now), advancing_to=clock.advancing_to)
