"""Queues, streams and rules, read from the template."""

from tests.structure.checks import queues
from tests.structure.project import HERE, report


def test_no_message_is_lost_without_an_alarm() -> None:
    report(queues.faults(HERE))
