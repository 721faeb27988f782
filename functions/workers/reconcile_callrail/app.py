"""Every quarter of an hour: CallRail's calls that no webhook told of."""

from eal.core.scheduled_run import ScheduledRun
from eal.vendors import reconcile
from eal.vendors.callrail import reconcile as callrail_reconcile


def handler(event: object, context: object) -> None:
    """Ask for each connection that is due. Raises: PartsFailed."""
    with ScheduledRun("reconcile_callrail") as run:
        reconcile.run("callrail", callrail_reconcile.fill, run.part)
