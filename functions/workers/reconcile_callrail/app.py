"""Every quarter of an hour: CallRail's calls that no webhook told of."""

from eal.vendors import callrail_gaps, gaps


def handler(event: object, context: object) -> None:
    """Ask for each connection that is due. Raises: ReconcilingFailed."""
    gaps.reconcile("callrail", callrail_gaps.fill)
