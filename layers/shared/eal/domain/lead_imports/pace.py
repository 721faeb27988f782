"""The pace of an import: it gives way to its tenant's requests when the table throttles."""

from dataclasses import dataclass

MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.25, 60.0
MAX_SLEEP_SECONDS = 5.0
"""The longest pause for which a worker sleeps. For a longer one, the import returns to its queue."""
_GROWTH, _DECAY = 2.0, 0.9
_NEGLIGIBLE_SECONDS = 0.05


@dataclass(slots=True)
class Pace:
    """The pause between chunks, in seconds: it grows with each throttled chunk and shrinks with each committed one.

    An import writes as fast as the table accepts, and the items of a tenant share partitions, each of which accepts
    1,000 write units a second. Without pauses, the import would take nearly all of them.
    """

    seconds: float = 0.0

    def slow_down(self) -> None:
        self.seconds = min(max(self.seconds * _GROWTH, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)

    def speed_up(self) -> None:
        shorter = self.seconds * _DECAY
        self.seconds = shorter if shorter >= _NEGLIGIBLE_SECONDS else 0.0
