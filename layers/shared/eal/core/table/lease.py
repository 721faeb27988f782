"""Leases: one worker at a time does a piece of work. A lease ends when it is released, or expires after a kill."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.clock import parse, rfc3339
from eal.core.table import progress
from eal.core.table.progress import ConditionFailed, ItemChange

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.table.keys import Key

_KEPT = timedelta(days=1)
"""Time for which the item stays after the lease has expired."""


class Lease(NamedTuple):
    key: Key
    holder: str


class Held(NamedTuple):
    """Another worker has the lease, or released it from a later time on, until then."""

    until: datetime


def acquire(key: Key, kind: str, now: datetime, duration: timedelta) -> Lease | Held:
    """Acquire the lease with this key. `duration` is the timeout of the worker: one that lasts longer was killed."""
    lease = Lease(key, ids.new("run", now))
    try:
        progress.change(
            ItemChange(
                key=key,
                expression="SET #kind = :kind, #holder = :holder, #until = :until, #ttl = :ttl",
                condition="attribute_not_exists(pk) OR #until <= :now",
                names={"#kind": "kind", "#holder": "holder", "#until": "until", "#ttl": "ttl"},
                values={
                    ":kind": kind,
                    ":holder": lease.holder,
                    ":until": rfc3339(now + duration),
                    ":now": rfc3339(now),
                    ":ttl": int((now + duration + _KEPT).timestamp()),
                },
            )
        )
    except ConditionFailed as refused:
        if refused.item is None:
            raise
        if refused.item["holder"] == lease.holder:
            return lease  # the client repeated the call, because the response to the first one was lost
        return Held(parse(cast("str", refused.item["until"])))
    return lease


def release(lease: Lease, until: datetime) -> None:
    """Let other workers acquire the lease from `until` on, unless another one has it by now."""
    with suppress(ConditionFailed):
        progress.change(
            ItemChange(
                key=lease.key,
                expression="SET #until = :until",
                condition="#holder = :holder",
                names={"#holder": "holder", "#until": "until"},
                values={":holder": lease.holder, ":until": rfc3339(until)},
            )
        )
