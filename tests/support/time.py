"""The tests' clock, which a test advances."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from eal.core import clock

if TYPE_CHECKING:
    import pytest

START = datetime(2026, 4, 24, 17, 42, 11, 314_000, tzinfo=UTC)


class Clock:
    """A clock that does not advance by itself."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        """Advance by the arguments of `timedelta`, truncated to milliseconds: `advance(minutes=5)`."""
        self.at = clock.to_milliseconds(self.at + timedelta(**span))

    def next_minute(self) -> None:
        """Advance to the start of the next minute."""
        self.at = self.at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def freeze(monkeypatch: pytest.MonkeyPatch, at: datetime | None = None) -> Clock:
    """Freeze the product's clock, by default at the real time, which queues and schedules of moto use."""
    frozen = Clock(at or clock.now())
    monkeypatch.setattr(clock, "now", frozen.now)
    return frozen
