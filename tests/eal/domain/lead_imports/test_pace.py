"""An import at its pace leaves the throughput of a partition to its tenant's requests."""

from __future__ import annotations

from eal.domain.lead_imports.pace import MAX_PAUSE_SECONDS, MIN_PAUSE_SECONDS, Pace

UNITS_PER_SECOND = 1000.0
"""Write units per second of a partition of DynamoDB, without the burst capacity of the first minutes."""
UNITS_PER_CHUNK, UNITS_PER_REQUEST = 660, 35
SECONDS_PER_CHUNK, SECONDS_PER_REQUEST = 0.08, 0.2


class Partition:
    """Accepts a write if its units are left; a refused one uses some of them up."""

    def __init__(self) -> None:
        self._left, self._at = UNITS_PER_SECOND, 0.0

    def accepts(self, units: int, at: float) -> bool:
        self._left = min(UNITS_PER_SECOND, self._left + (at - self._at) * UNITS_PER_SECOND)
        self._at = at
        accepted = units <= self._left
        self._left = self._left - units if accepted else max(0.0, self._left - 5 * UNITS_PER_REQUEST)
        return accepted


def test_an_import_throttles_under_one_percent_of_the_tenants_requests() -> None:
    partition, pace = Partition(), Pace()
    next_chunk = next_request = 0.0
    requests = refused = chunks = 0

    while min(next_chunk, next_request) < 300:
        if next_request <= next_chunk:
            requests += 1
            refused += not partition.accepts(UNITS_PER_REQUEST, next_request)
            next_request += SECONDS_PER_REQUEST
            continue
        if partition.accepts(UNITS_PER_CHUNK, next_chunk):
            chunks += 1
            pace.speed_up()
        else:
            pace.slow_down()
        next_chunk += SECONDS_PER_CHUNK + pace.seconds

    assert refused / requests < 0.01
    assert chunks * UNITS_PER_CHUNK > 0.6 * 300 * UNITS_PER_SECOND, "the import uses what is left"


def test_a_pause_is_bounded_and_ends() -> None:
    pace = Pace()
    pace.slow_down()
    assert pace.seconds == MIN_PAUSE_SECONDS
    for _ in range(20):
        pace.slow_down()
    assert pace.seconds == MAX_PAUSE_SECONDS
    for _ in range(100):
        pace.speed_up()
    assert pace.seconds == 0
