"""Marks of scheduled content: by them, a run finds what its own message has not published.

A schedule of EventBridge delivers at least once, but its message can end in the dead-letter queue, and a restored table
has items whose schedules have fired. The mark is written and deleted in the transactions that set and end the status
`scheduled`, so there is one exactly for each scheduled item.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core.clock import rfc3339
from eal.core.table.keys import Key, key, shard
from eal.core.table.read import walk
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.tenancy import Mode

GRACE = timedelta(minutes=10)
"""Delay of an item after which its message counts as lost."""

_KIND = "CONTENT_DUE"


class Overdue(NamedTuple):
    tenant: Tenant
    content_id: str
    scheduled_at: str


def mark(content_id: str, at: datetime, by: Caller) -> None:
    """Mark an item as due at `at`, in the caller's transaction."""
    by.transaction.put(
        {
            **_key(by.tenant, content_id)._asdict(),
            "kind": _KIND,
            "content_id": content_id,
            "organization_id": by.organization_id,
            "mode": by.mode,
            "gsi1pk": shard(_KIND, by.tenant),
            "gsi1sk": rfc3339(at),
        }
    )


def unmark(content_id: str, by: Caller) -> None:
    by.transaction.delete(_key(by.tenant, content_id))


def overdue(shard_number: int, now: datetime) -> Iterator[Overdue]:
    """The items of a shard that should have been published, oldest first."""
    values = {":shard": f"{_KIND}#{shard_number}", ":end": rfc3339(now - GRACE)}
    for item in walk("gsi1pk = :shard AND gsi1sk < :end", values, index="gsi1"):
        tenant = Tenant(cast("str", item["organization_id"]), cast("Mode", item["mode"]))
        yield Overdue(tenant, cast("str", item["content_id"]), cast("str", item["gsi1sk"]))


def _key(tenant: Tenant, content_id: str) -> Key:
    return key(tenant, _KIND, content_id)
