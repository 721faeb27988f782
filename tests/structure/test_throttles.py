"""Reserved concurrency, request limits and their alarms."""

from tests.structure.checks import throttles
from tests.structure.project import HERE, report


def test_what_faces_the_outside_world_has_reserved_concurrency_and_limits() -> None:
    report(throttles.faults(HERE))
