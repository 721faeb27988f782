"""Every six hours: enqueues for each organization, in both modes, the deletion of what its retention does not keep."""

from eal.core.table.keys import TENANT_SHARDS
from eal.domain.organizations import store as organizations
from eal.entry.schedule import ScheduledRun, enqueue_tenants


def handler(event: object, context: object) -> None:
    """The failure of one shard does not prevent the others from being listed. Raises: PartsFailed."""
    with ScheduledRun("enqueue_retention") as run:
        for shard in range(TENANT_SHARDS):
            with run.part(shard=shard):
                enqueue_tenants("retention", organizations.tenants(shard))
