"""Every 15 minutes: enqueues the reconciliation of each connection that is due."""

from eal.core import clock
from eal.domain.integrations import reconciliation
from eal.domain.integrations.model import RECONCILIATION_PARTITIONS
from eal.entry.schedule import ScheduledRun, enqueue_tenants


def handler(event: object, context: object) -> None:
    """The failure of one vendor's list does not prevent the others'. Raises: PartsFailed."""
    with ScheduledRun("enqueue_reconciliations") as run:
        for vendor in RECONCILIATION_PARTITIONS:
            with run.part(vendor=vendor):
                enqueue_tenants(f"{vendor}_reconciliation", reconciliation.list_due(vendor, clock.now()))
