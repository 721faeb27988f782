"""The clock as tests set it. Time is the outside world: `eal.core.clock.now` is the one place that is replaced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 4, 24, 17, 42, 11, 314_000, tzinfo=UTC)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        """As `timedelta` takes it: `advance(minutes=5)`."""
        self.at += timedelta(**span)

    def next_minute(self) -> None:
        """To the first moment of the next whole minute."""
        self.at = self.at.replace(second=0, microsecond=0) + timedelta(minutes=1)
