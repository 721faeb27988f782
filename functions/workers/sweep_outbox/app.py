"""Every minute: publishes what the relay left for more than a minute."""

from eal.core import clock
from eal.domain.outbox.sweep import sweep


def handler(event: object, context: object) -> None:
    """The Lambda handler of the schedule. Raises: PartsFailed."""
    sweep(clock.now())
