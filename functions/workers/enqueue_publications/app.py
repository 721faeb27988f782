"""Every ten minutes: enqueues the publication of overdue content, because its own message may be a dead letter."""

from eal.core import clock
from eal.core.table.keys import TENANT_SHARDS
from eal.domain.content import overdue
from eal.entry.schedule import ScheduledRun


def handler(event: object, context: object) -> None:
    """The failure of one shard does not prevent the others from being listed. Raises: PartsFailed."""
    now = clock.now()
    with ScheduledRun("enqueue_publications") as run:
        for shard in range(TENANT_SHARDS):
            with run.part(shard=shard):
                overdue.enqueue(shard, now)
