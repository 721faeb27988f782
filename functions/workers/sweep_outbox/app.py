"""Every minute: publishes what the relay left for more than five minutes."""

from eal.core import clock, observe
from eal.core.table.keys import POINTER_SHARDS
from eal.domain.outbox import sweep
from eal.entry.schedule import ScheduledRun


def handler(event: object, context: object) -> None:
    """Items that fail stay pending and do not prevent others from being published. Raises: PartsFailed."""
    now = clock.now()
    # The first shard changes every minute, so that a timeout does not always starve the same shards.
    first = int(now.timestamp()) // 60
    with ScheduledRun("sweep") as run:
        for shard in (number % POINTER_SHARDS for number in range(first, first + POINTER_SHARDS)):
            with run.part(shard=shard):
                for pointers in sweep.pending_batches(shard, now):
                    with run.part(shard=shard):
                        swept, failures = sweep.publish_batch(pointers)
                        observe.count("outbox_swept", swept)
                        for group, fault in failures.items():
                            with run.part(**group.log_fields()):
                                raise fault
