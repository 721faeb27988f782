"""Each hour: a signed checkpoint for each log that has new records, and a word to the archiver for what it lacks."""

import json
from collections.abc import Callable

from eal import aws, clock, ids, observe, settings
from eal.audit_log import checkpoints, waiting
from eal.caller import worker
from eal.table.keys import PENDING_SHARDS, Mode
from eal.table.write import Stale


class SigningFailed(Exception):
    """Some logs have no checkpoint after a run: an alarm tells, and the next run tries them again."""


def handler(event: object, context: object) -> None:
    """One log's failure keeps no other from being signed. Raises: SigningFailed."""
    observe.begin("", worker="sign_checkpoints")
    # Another one each hour: a time-out does not starve the same ones.
    first = int(clock.now().timestamp()) // 3600
    shards = [(first + number) % PENDING_SHARDS for number in range(PENDING_SHARDS)]
    failed = sum(_tried(_wake_archiver, shard) + _tried(_signed, shard) for shard in shards)
    observe.flush()
    if failed:
        raise SigningFailed(f"{failed} logs could not be signed or archived; the log says why")


def _tried(work: Callable[[int], int], shard: int) -> int:
    """How many logs of a shard failed; one that cannot be read counts as one, and keeps no other from its turn."""
    try:
        return work(shard)
    except Exception:  # the edge of a consumer: told by SigningFailed once the others are done
        observe.logger.exception("shard_failed", shard=shard)
        return 1


def _wake_archiver(shard: int) -> int:
    """A word to the archiver for each log with records that it has not taken: their own may be a dead letter."""
    for organization_id, mode in waiting.logs(shard):
        word = {
            "organization_id": organization_id,
            "mode": mode,
            "request_id": ids.new("run", clock.now()),
        }
        aws.sqs().send_message(QueueUrl=settings.queue("audit"), MessageBody=json.dumps(word))
    return 0


def _signed(shard: int) -> int:
    return sum(not _is_signed(*log) for log in checkpoints.logs_to_sign(shard))


def _is_signed(organization_id: str, mode: Mode) -> bool:
    by = worker("sign_checkpoints", organization_id, mode, ids.new("run", clock.now()))
    try:
        known = checkpoints.standing(organization_id, mode)
        if known.needs_checkpoint:
            checkpoints.sign(by, known)
            by.write.commit()
    except Stale:
        return True  # somebody who asked for a proof was quicker
    except Exception:  # the edge of a consumer: told by SigningFailed once the others are done
        observe.logger.exception("signing_failed", organization_id=organization_id, mode=mode)
        return False
    return True
