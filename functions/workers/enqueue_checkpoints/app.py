"""Every hour: enqueues the signing of a checkpoint for each log with new records, and the archiving of unarchived
records, because their own message may be a dead letter."""

from eal.core import clock
from eal.core.table.keys import MARK_SHARDS
from eal.domain.audit_log import archive, checkpoints
from eal.entry.schedule import ScheduledRun, enqueue_tenants


def handler(event: object, context: object) -> None:
    """The failure of one shard does not prevent the others from being listed. Raises: PartsFailed."""
    with ScheduledRun("enqueue_checkpoints") as run:
        for shard in range(MARK_SHARDS):
            with run.part(shard=shard):
                enqueue_tenants("audit", archive.stalled_logs(shard, clock.now()))
            with run.part(shard=shard):
                enqueue_tenants("checkpoint", checkpoints.unsigned_logs(shard))
