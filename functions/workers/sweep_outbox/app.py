"""Each minute: publish what the relay left unpublished for more than a minute."""

from eal.core import clock
from eal.domain.outbox.sweep import sweep


def handler(event: object, context: object) -> None:
    """The Lambda handler of the schedule. Raises: PartsFailed."""
    sweep(clock.now())
