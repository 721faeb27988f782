"""A scheduled run over many parts. A failed part does not keep the others from running.

A run that concerns all tenants only enqueues a message for each of them. Workers do the rest, side by side, so that the
run ends within its interval and no tenant waits for another.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from itertools import batched
from typing import TYPE_CHECKING, Self

from eal.core import aws, clock, ids, observe, sqs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eal.core.tenancy import Tenant


class PartsFailed(Exception):
    """Parts of a run failed; all others are done. An alarm fires, and the next run tries the failed ones again."""


class ScheduledRun:
    """`with ScheduledRun("sweep") as run:`, and within it `with run.part(shard=3):` for each part that may fail alone.

    A failure is logged with the fields of its part. The end of the run raises PartsFailed if any part failed.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._failed = 0

    def __enter__(self) -> Self:
        observe.begin("", worker=self._worker)
        return self

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        observe.flush()
        if fault is None and self._failed:
            raise PartsFailed(f"{self._failed} parts of {self._worker} failed; the log says why")

    @contextmanager
    def part(self, **fields: str | int) -> Iterator[None]:
        try:
            yield
        except Exception:  # the edge of a worker: PartsFailed reports it when the others are done
            observe.logger.exception("part_failed", extra={"worker": self._worker, **fields})
            self._failed += 1


class NotEnqueued(Exception):
    """A queue refused messages, or did not respond. All others were sent."""


def enqueue_tenants(queue: str, tenants: Iterable[Tenant]) -> None:
    """Send an `eal.core.messages.TenantMessage` for each tenant, in the message group of its organization.

    Raises: NotEnqueued.
    """
    refused: list[str] = []
    for batch in batched(tenants, sqs.MAX_BATCH_MESSAGES, strict=False):
        messages = [sqs.QueueEntry(_message(tenant), tenant.organization_id) for tenant in batch]
        try:
            refused += filter(None, sqs.send_batch(queue, messages))
        except (aws.Refused, aws.Unreachable) as fault:
            refused += [str(fault)] * len(messages)
    if refused:
        raise NotEnqueued(f"{queue} refused {len(refused)} messages: {refused[0]}")


def _message(tenant: Tenant) -> str:
    return json.dumps({**tenant._asdict(), "request_id": ids.new("run", clock.now())})
