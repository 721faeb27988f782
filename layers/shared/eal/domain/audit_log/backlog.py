"""The tasks that the hourly run enqueues: the logs that need a checkpoint, and those whose records were not
archived."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import clock, settings
from eal.core.table.keys import Key
from eal.core.table.read import MAX_BATCH_KEYS, batch_get
from eal.domain.audit_log import checkpoints, waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

STALLED_AFTER = timedelta(minutes=30)
"""Five receives of a message take so long: then it is a dead letter."""
MAX_LOGS = MAX_BATCH_KEYS // 3
"""Logs of one call, which reads three items of each."""


class Backlog(NamedTuple):
    """The logs that need a checkpoint, and the stalled ones: those with unarchived records whose newest archived one is
    older than STALLED_AFTER, so that the message by which they are archived may be a dead letter.

    A log that is being archived has a message. A second one would be followed by another for as long as the log is
    busy, and every hour would add one more.
    """

    unsigned: list[Tenant]
    stalled: list[Tenant]


def read(tenants: Sequence[Tenant], now: datetime) -> Backlog:
    """The backlog of up to `MAX_LOGS` logs.

    The items of a log are read at different moments, and can be a moment old. A log that wrongly seems to have work
    costs a message; work that is not seen yet waits for the next run.
    """
    keys = [(waiting.sequence_key(tenant), *checkpoints.log_state_keys(tenant)) for tenant in tenants]
    wanted = [key._asdict() for of_log in keys for key in of_log]
    found = {Key.of(item): item for item in batch_get(settings.state_table(), wanted, consistent=False)}
    backlog = Backlog([], [])
    for tenant, of_log in zip(tenants, keys, strict=True):
        # Not loaded as dataclasses: that would take most of the time, and one invalid item would fail all logs.
        sequence, head, newest = (found.get(key, {}) for key in of_log)
        if _number(head, "last_to_sign") > _number(newest, "size"):
            backlog.unsigned.append(tenant)
        if _number(sequence, "last") > _number(head, "archived") and _is_old(head.get("newest"), now):
            backlog.stalled.append(tenant)
    return backlog


def _number(item: Item, name: str) -> int:
    return cast("int", item.get(name, 0))


def _is_old(newest: object, now: datetime) -> bool:
    return newest is None or now - clock.parse(str(newest)) > STALLED_AFTER
