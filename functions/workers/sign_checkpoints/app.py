"""Each hour: a signed checkpoint for each log that has new records, and a word to the archiver for what it lacks."""

import json
from contextlib import suppress

from eal.core import aws, clock, ids, settings
from eal.core.caller import worker
from eal.core.scheduled_run import ScheduledRun
from eal.core.table.keys import PENDING_SHARDS
from eal.core.table.write import Stale
from eal.core.tenancy import Tenant
from eal.domain.audit_log import checkpoints, waiting


def handler(event: object, context: object) -> None:
    """One log's failure keeps no other from being signed. Raises: PartsFailed."""
    # Another one each hour: a time-out does not starve the same ones.
    first = int(clock.now().timestamp()) // 3600
    with ScheduledRun("sign_checkpoints") as run:
        for shard in (number % PENDING_SHARDS for number in range(first, first + PENDING_SHARDS)):
            with run.part(shard=shard):
                _wake_archiver(shard)
            with run.part(shard=shard):
                for tenant in checkpoints.logs_to_sign(shard):
                    with run.part(**tenant._asdict()):
                        _sign(tenant)


def _wake_archiver(shard: int) -> None:
    """A word to the archiver for each log with records that it has not taken: their own may be a dead letter."""
    for tenant in waiting.logs(shard):
        message = {**tenant._asdict(), "request_id": ids.new("run", clock.now())}
        aws.sqs().send_message(QueueUrl=settings.queue("audit"), MessageBody=json.dumps(message))


def _sign(tenant: Tenant) -> None:
    known = checkpoints.standing(tenant)
    if not known.needs_checkpoint:
        return
    by = worker("sign_checkpoints", tenant, ids.new("run", clock.now()))
    with suppress(Stale):  # somebody who asked for a proof was quicker
        checkpoints.sign(by, known)
        by.transaction.commit()
