"""Due markers: which tenants have outreach e-mails to send, and when.

A marker names a tenant and a minute. Markers of all tenants are spread over a few partitions, in the order of their
minutes, so that finding the due tenants costs what is due and not what is planned. Each change that sets a time to send
puts its marker before it commits: a marker without due work costs one empty run, but work without a marker would never
be done. Work itself is in indexes, which are behind the table by up to seconds, so a marker stays for some minutes.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import clock
from eal.core.clock import rfc3339
from eal.core.table import progress
from eal.core.table.keys import Key, shard
from eal.core.table.read import walk
from eal.core.tenancy import Tenant
from eal.domain.outreach import tenant_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from eal.core.tenancy import Mode

SETTLING_TIME = timedelta(minutes=3)
"""Time for which a due marker stays: longer than an index is behind the table, and than the time from a marker to the
commit that it was put for."""


class Marker(NamedTuple):
    key: Key
    tenant: Tenant

    @property
    def minute(self) -> str:
        return self.key.sk.partition("#")[0]


def mark(tenant: Tenant, at: datetime) -> None:
    """Let a run of the tenant begin at `at`, in the time of its outreach, or now if that has passed."""
    now = clock.now()
    moved = tenant_clock.find(tenant)
    real = now + (at - (moved.now(now) if moved else now))
    if moved and moved.advancing_to:
        real = now  # the end of the advance finds the next work itself
    mark_real(tenant, max(real, now))


def mark_real(tenant: Tenant, at: datetime) -> None:
    """Let a run of the tenant begin at a moment of real time, which must not have passed."""
    key = _key(tenant, at)
    progress.start(
        {**key._asdict(), "kind": "DUE", "organization_id": tenant.organization_id, "mode": tenant.mode}
    )


def markers(number: int, now: datetime) -> Iterator[Marker]:
    """The due markers of a shard, oldest first."""
    items = walk("pk = :shard AND sk < :end", {":shard": f"DUE#{number}", ":end": f"{_minute(now)}$"})
    for item in items:
        tenant = Tenant(cast("str", item["organization_id"]), cast("Mode", item["mode"]))
        yield Marker(Key.of(item), tenant)


def remove_settled(found: Sequence[Marker], now: datetime) -> None:
    """Delete the markers whose tenants were enqueued and whose work every index shows by now."""
    settled = [marker.key for marker in found if marker.minute < _minute(now - SETTLING_TIME)]
    for keys in batched(settled, progress.MAX_BATCH, strict=False):
        progress.delete_all(keys)


def _key(tenant: Tenant, at: datetime) -> Key:
    """`DUE#3`, `2026-04-24T17:42#org_…#live`."""
    return Key(shard("DUE", tenant), f"{_minute(at)}#{tenant.organization_id}#{tenant.mode}")


def _minute(at: datetime) -> str:
    return rfc3339(at)[:16]
