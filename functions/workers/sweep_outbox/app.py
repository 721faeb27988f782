"""Every minute: publishes what the relay left for more than a minute."""

from eal.core import clock, observe
from eal.core.table.keys import PENDING_SHARDS
from eal.domain.outbox import sweep
from eal.domain.outbox.publish import publish
from eal.entry.schedule import ScheduledRun


def handler(event: object, context: object) -> None:
    """Items that fail stay pending and do not prevent others from being published. Raises: PartsFailed."""
    now = clock.now()
    # The first shard changes every minute, so that a timeout does not always starve the same shards.
    first = int(now.timestamp()) // 60
    with ScheduledRun("sweep") as run:
        for shard in (number % PENDING_SHARDS for number in range(first, first + PENDING_SHARDS)):
            with run.part(shard=shard):
                for keys in sweep.pending_batches(shard, now):
                    with run.part(shard=shard):
                        for group, items in sweep.read_groups(keys).items():
                            with run.part(**group.tenant._asdict(), kind=group.kind):
                                publish(group, items)
                                observe.count("outbox_swept", len(items))
