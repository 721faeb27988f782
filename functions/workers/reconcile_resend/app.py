"""Reconcile Resend's received mails, every 15 minutes."""

from eal.entry.schedule import ScheduledRun
from eal.vendors import reconcile
from eal.vendors.resend import reconcile as resend_reconcile


def handler(event: object, context: object) -> None:
    """Reconcile each connection that is due. Raises: PartsFailed."""
    with ScheduledRun("reconcile_resend") as run:
        reconcile.run("resend", resend_reconcile.recover, run.part)
