"""Rules for workers and their messages."""

from tests.structure.checks import workers
from tests.structure.project import HERE, report


def test_a_worker_parses_its_message_and_calls_a_function() -> None:
    report(workers.faults(HERE))
