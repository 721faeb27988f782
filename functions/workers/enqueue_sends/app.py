"""Every minute: enqueues a run of the sender for each tenant with due outreach e-mails."""

from eal.core import clock
from eal.core.table.keys import TENANT_SHARDS
from eal.domain.outreach.sending import due
from eal.entry.schedule import ScheduledRun, enqueue_tenants


def handler(event: object, context: object) -> None:
    """The failure of one shard does not prevent the others from being listed. Raises: PartsFailed."""
    now = clock.now()
    with ScheduledRun("enqueue_sends") as run:
        for shard in range(TENANT_SHARDS):
            with run.part(shard=shard):
                found = list(due.markers(shard, now))
                enqueue_tenants("send", dict.fromkeys(marker.tenant for marker in found))
                due.remove_settled(found, now)
