"""Every hour: enqueues the signing of a checkpoint for each log with new records, and the archiving of unarchived
records, because their own message may be a dead letter."""

from itertools import batched

from eal.core import clock
from eal.core.table.keys import TENANT_SHARDS
from eal.core.tenancy import Tenant
from eal.domain.audit_log import backlog, directory
from eal.entry.schedule import ScheduledRun, enqueue_tenants


def handler(event: object, context: object) -> None:
    """The failure of a shard, of the read of some logs, or of a queue keeps no other log from being enqueued.

    Raises: PartsFailed.
    """
    with ScheduledRun("enqueue_checkpoints") as run:
        for shard in range(TENANT_SHARDS):
            with run.part(shard=shard):
                for tenants in batched(directory.tenants(shard), backlog.MAX_LOGS, strict=False):
                    _enqueue(run, tenants)


def _enqueue(run: ScheduledRun, tenants: tuple[Tenant, ...]) -> None:
    with run.part(first_organization_id=tenants[0].organization_id):
        found = backlog.read(tenants, clock.now())
        with run.part(queue="audit"):
            enqueue_tenants("audit", found.stalled)
        with run.part(queue="checkpoint"):
            enqueue_tenants("checkpoint", found.unsigned)
