"""Every quarter of an hour: Resend's received mails that no webhook told of."""

from eal.core.scheduled_run import ScheduledRun
from eal.vendors import reconcile
from eal.vendors.resend import reconcile as resend_reconcile


def handler(event: object, context: object) -> None:
    """Ask for each connection that is due. Raises: PartsFailed."""
    with ScheduledRun("reconcile_resend") as run:
        reconcile.run("resend", resend_reconcile.fill, run.part)
