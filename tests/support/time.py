"""The tests' clock: stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from eal.core import clock

if TYPE_CHECKING:
    import pytest

START = datetime(2026, 4, 24, 17, 42, 11, 314_000, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        """As `timedelta` takes it: `advance(minutes=5)`. Cut to milliseconds, as the product's time is."""
        self.at = clock.to_milliseconds(self.at + timedelta(**span))

    def next_minute(self) -> None:
        """To the first moment of the next whole minute."""
        self.at = self.at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def freeze(monkeypatch: pytest.MonkeyPatch, at: datetime | None = None) -> Clock:
    """Stop the product's clock, by default now: queues and schedules of AWS in process go by the real time."""
    frozen = Clock(at or clock.now())
    monkeypatch.setattr(clock, "now", frozen.now)
    return frozen
