"""Every quarter of an hour: Resend's received mails that no webhook told of."""

from eal.vendors import reconcile, resend_reconcile


def handler(event: object, context: object) -> None:
    """Ask for each connection that is due. Raises: ReconcilingFailed."""
    reconcile.run("resend", resend_reconcile.fill)
