"""Reconcile CallRail's calls, every 15 minutes."""

from eal.entry.schedule import ScheduledRun
from eal.vendors import reconcile
from eal.vendors.callrail import reconcile as callrail_reconcile


def handler(event: object, context: object) -> None:
    """Reconcile each connection that is due. Raises: PartsFailed."""
    with ScheduledRun("reconcile_callrail") as run:
        reconcile.run("callrail", callrail_reconcile.recover, run.part)
