"""Queues, streams and rules, read from the template."""

from tests.structure.checks import queues
from tests.structure.project import HERE, report


def test_nothing_that_waits_can_be_lost_unseen() -> None:
    report(queues.faults(HERE))
