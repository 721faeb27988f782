"""Every quarter of an hour: Resend's received mails that no webhook told of."""

from eal.vendors import gaps, resend_gaps


def handler(event: object, context: object) -> None:
    """Ask for each connection that is due. Raises: ReconcilingFailed."""
    gaps.reconcile("resend", resend_gaps.fill)
