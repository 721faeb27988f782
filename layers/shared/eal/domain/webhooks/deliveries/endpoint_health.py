"""Endpoint health: the slots in use, since when the endpoint fails, and which secret it accepts.

Health is an item of its own next to the endpoint, which only workers change, so an attempt never conflicts with a
change by the customer. Every attempt acquires a slot first and releases it at the end. A slot is a lease: if its worker
dies, it ends after a minute, when that worker cannot be sending any more.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from eal.core.clock import Instant, rfc3339
from eal.core.events.catalogue import FEED_DAYS
from eal.core.table import progress
from eal.core.table.item import load
from eal.core.table.keys import key
from eal.core.table.progress import Change, ConditionFailed
from eal.core.table.read import get

if TYPE_CHECKING:
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.table.write import Operation
    from eal.core.tenancy import Tenant

MAX_IN_FLIGHT = 20
"""Concurrent attempts at one endpoint."""
MAX_IN_FLIGHT_FAILING = 2
"""The same while its latest attempts failed, because an endpoint that hangs must not occupy all workers."""
LEASE = timedelta(seconds=60)
"""The worker's timeout in its template: no worker outlives its lease."""
PROBE_PAUSE = timedelta(seconds=60)
"""From a failed probe to the next one."""
DISABLED_AFTER = timedelta(days=5)
"""Failures without a success for so long disable an endpoint."""
RUN_ENDS_AFTER = timedelta(hours=48)
"""Failures further apart are no run: the longest pause of a schedule is 33 hours, so nothing was sent in between."""
MINUTE = 60
_KIND = "WEBHOOK_HEALTH"
_REMOVED_MINUTES = 3
_MAX_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """`leases` are the deliveries in flight, each with the expiry of its lease in Unix milliseconds.

    `accepted` is the fingerprint of the secret that the endpoint last accepted. `failing_since` is the first failure
    since the last success. With `probe_at` (Unix milliseconds), the endpoint was disabled and has accepted nothing
    since: from then on, one attempt at a time probes it.
    """

    leases: dict[str, int]
    accepted: str | None = None
    failing_since: Instant | None = None
    last_failed_at: Instant | None = None
    probe_at: int | None = None

    def fails_for_too_long(self, now: datetime) -> bool:
        return self.failing_since is not None and now - self.failing_since >= DISABLED_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The permission to make one attempt, until `expires_at` in Unix milliseconds.

    `minute_count` is the number of slots acquired in this minute, including this one. `old_counters` are the attributes
    that counted earlier minutes.
    """

    health_key: Key
    delivery_id: str
    expires_at: int
    health: EndpointHealth
    minute_count: int
    old_counters: tuple[str, ...]


def fingerprint(ciphertext: str) -> str:
    """Identifies a secret by its ciphertext."""
    return hashlib.sha256(ciphertext.encode()).hexdigest()[:16]


def health_key(tenant: Tenant, webhook_id: str) -> Key:
    """`org_…#live#WEBHOOK_HEALTH`, `wh_…`."""
    return key(tenant, _KIND, webhook_id)


def acquire_slot(tenant: Tenant, webhook_id: str, delivery_id: str, now: datetime) -> Slot | None:
    """A slot for one attempt of a delivery; None if all are in use, or if the delivery itself is in flight."""
    item_key = health_key(tenant, webhook_id)
    for _ in range(_MAX_TRIES):
        try:
            return _acquire(item_key, delivery_id, now)
        except ConditionFailed as conflict:
            if conflict.item is None:
                progress.start({**item_key._asdict(), "kind": _KIND, "leases": {}, "ttl": _ttl(now)})
            elif not _remove_expired_leases(item_key, conflict.item, now):
                return None
    return None


def accepted_secret(tenant: Tenant, webhook_id: str) -> str | None:
    """The fingerprint of the secret that the endpoint last accepted; None if none is known."""
    item = get(health_key(tenant, webhook_id))
    return load(EndpointHealth, item).accepted if item else None


def rate_limit_delay(slot: Slot, rate_limit: int | None, now: datetime) -> float:
    """Seconds until a minute with room for this attempt; 0 if the current minute has room.

    Attempts over the limit are spread over the following minutes, `rate_limit` into each.
    """
    if rate_limit is None or slot.minute_count <= rate_limit:
        return 0.0
    minutes, nth = divmod(slot.minute_count - 1, rate_limit)
    return minutes * MINUTE - now.timestamp() % MINUTE + nth / rate_limit * MINUTE


def release_slot(slot: Slot) -> None:
    """Release a slot without an attempt."""
    _release(slot, "", [], {})


def record_success(slot: Slot, accepted: str) -> None:
    """Release a slot whose attempt succeeded. `accepted` is the fingerprint of the secret of its `x-eal-signature`."""
    reset = ["failing_since", "last_failed_at", "probe_at"]
    _release(slot, "SET accepted = :accepted ", reset, {":accepted": accepted})


def record_failure(slot: Slot, now: datetime) -> EndpointHealth:
    """Release a slot whose attempt failed, and return the endpoint's health after it."""
    last = slot.health.last_failed_at
    run_ended = last is not None and now - last > RUN_ENDS_AFTER
    since = ":now" if run_ended else "if_not_exists(failing_since, :now)"
    sets, values = f"SET failing_since = {since}, last_failed_at = :now", {":now": rfc3339(now)}
    probe: dict[str, int] = {}
    if slot.health.probe_at is not None:
        sets += ", probe_at = :probe_at"
        probe = {":probe_at": _ms(now + PROBE_PAUSE)}
    return _release(slot, sets + " ", [], {**values, **probe}) or slot.health


def disabling(slot: Slot, now: datetime, failing_since: datetime | None = None) -> Operation:
    """For the transaction that disables an endpoint: release the slot, and begin with a probe once it is enabled.

    With `failing_since`, on the condition that the endpoint still fails since then.
    """
    values: Item = {":now": _ms(now)}
    condition = "attribute_exists(leases)"
    if failing_since is not None:
        condition += " AND failing_since = :since"
        values[":since"] = rfc3339(failing_since)
    return Change(
        key=slot.health_key,
        expression="SET probe_at = :now REMOVE leases.#delivery, failing_since, last_failed_at",
        condition=condition,
        names={"#delivery": slot.delivery_id},
        values=values,
    ).operation()


def _acquire(item_key: Key, delivery_id: str, now: datetime) -> Slot:
    expires_at, minute = _ms(now + LEASE), int(now.timestamp()) // MINUTE
    names = {"#delivery": delivery_id, "#ttl": "ttl", "#minute": _counter(minute)}
    names |= {f"#m{back}": _counter(minute - back) for back in range(1, _REMOVED_MINUTES + 1)}
    item = progress.change(
        Change(
            key=item_key,
            expression="SET leases.#delivery = :expires_at, #ttl = :ttl ADD #minute :one REMOVE "
            + ", ".join(f"#m{back}" for back in range(1, _REMOVED_MINUTES + 1)),
            condition="attribute_exists(leases)"
            " AND (attribute_not_exists(leases.#delivery) OR leases.#delivery <= :now) AND ("
            "(attribute_exists(probe_at) AND probe_at <= :now AND size(leases) < :one)"
            " OR (attribute_not_exists(probe_at) AND size(leases) < :max_failing)"
            " OR (attribute_not_exists(probe_at) AND attribute_not_exists(failing_since) AND size(leases) < :max))",
            names=names,
            values={
                ":expires_at": expires_at,
                ":ttl": _ttl(now),
                ":one": 1,
                ":max_failing": MAX_IN_FLIGHT_FAILING,
                ":max": MAX_IN_FLIGHT,
                ":now": _ms(now),
            },
        )
    )
    counters = {name for name in item if name.startswith("asked_")} - {_counter(minute)}
    return Slot(
        health_key=item_key,
        delivery_id=delivery_id,
        expires_at=expires_at,
        health=load(EndpointHealth, item),
        minute_count=cast("int", item[_counter(minute)]),
        old_counters=tuple(sorted(counters)),
    )


def _remove_expired_leases(item_key: Key, item: Item, now: datetime) -> bool:
    """Remove the leases of workers that died. Whether there were any."""
    leases = cast("dict[str, int]", item["leases"])
    expired = [
        (delivery_id, expires_at) for delivery_id, expires_at in leases.items() if expires_at <= _ms(now)
    ]
    if not expired:
        return False
    names = {f"#l{number}": delivery_id for number, (delivery_id, _) in enumerate(expired)}
    with suppress(ConditionFailed):  # another worker has just removed them
        progress.change(
            Change(
                key=item_key,
                expression="REMOVE " + ", ".join(f"leases.{name}" for name in names),
                condition=" AND ".join(f"leases.{name} = :{name[1:]}" for name in names),
                names=names,
                values={f":l{number}": expires_at for number, (_, expires_at) in enumerate(expired)},
            )
        )
    return True


def _release(slot: Slot, sets: str, removed: list[str], values: Item) -> EndpointHealth | None:
    """Release a slot and record its result. None, and nothing is recorded, if the lease has expired."""
    old = {f"#o{number}": name for number, name in enumerate(slot.old_counters)}
    try:
        item = progress.change(
            Change(
                key=slot.health_key,
                expression=f"{sets}REMOVE " + ", ".join(["leases.#delivery", *removed, *old]),
                condition="leases.#delivery = :expires_at",
                names={"#delivery": slot.delivery_id, **old},
                values={":expires_at": slot.expires_at, **values},
            )
        )
    except ConditionFailed:
        return None
    return load(EndpointHealth, item)


def _counter(minute: int) -> str:
    return f"asked_{minute}"


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _ttl(now: datetime) -> int:
    return int((now + timedelta(days=FEED_DAYS)).timestamp())
