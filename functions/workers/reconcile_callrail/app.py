"""Every quarter of an hour: CallRail's calls that no webhook told of."""

from eal.vendors import callrail_reconcile, reconcile


def handler(event: object, context: object) -> None:
    """Ask for each connection that is due. Raises: ReconcilingFailed."""
    reconcile.run("callrail", callrail_reconcile.fill)
