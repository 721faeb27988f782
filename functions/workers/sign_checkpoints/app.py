"""Every hour: signs a checkpoint of each log with new records, and sends archive messages for unarchived records."""

import json
from contextlib import suppress

from eal.core import aws, clock, ids, settings
from eal.core.caller import worker
from eal.core.table.keys import PENDING_SHARDS
from eal.core.table.write import Stale
from eal.core.tenancy import Tenant
from eal.domain.audit_log import checkpoints, waiting
from eal.entry.schedule import ScheduledRun


def handler(event: object, context: object) -> None:
    """The failure of one log does not prevent the others from being signed. Raises: PartsFailed."""
    # The first shard changes every hour, so that a timeout does not always starve the same shards.
    first = int(clock.now().timestamp()) // 3600
    with ScheduledRun("sign_checkpoints") as run:
        for shard in (number % PENDING_SHARDS for number in range(first, first + PENDING_SHARDS)):
            with run.part(shard=shard):
                _enqueue_archiving(shard)
            with run.part(shard=shard):
                for tenant in checkpoints.unsigned_logs(shard):
                    with run.part(**tenant._asdict()):
                        _sign(tenant)


def _enqueue_archiving(shard: int) -> None:
    """Enqueue a message for each log with unarchived records, because their own may be a dead letter."""
    for tenant in waiting.unarchived_logs(shard):
        message = {**tenant._asdict(), "request_id": ids.new("run", clock.now())}
        aws.sqs().send_message(QueueUrl=settings.queue("audit"), MessageBody=json.dumps(message))


def _sign(tenant: Tenant) -> None:
    state = checkpoints.log_state(tenant)
    if not state.needs_checkpoint:
        return
    by = worker("sign_checkpoints", tenant, ids.new("run", clock.now()))
    with suppress(Stale):  # a concurrent request for a proof has signed
        checkpoints.sign(by, state)
        by.transaction.commit()
