"""How an endpoint does: what is being sent to it, since when it fails, which secret it accepts.

An item of its own beside the endpoint, which only workers change, so that an attempt never competes with what the
customer changes. Every attempt takes a place here first and gives it back in the end. A place is a lease: a worker
that dies keeps it for a minute, after which nobody can be sending any more.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from eal.core.clock import Instant, rfc3339
from eal.core.events.catalogue import FEED_DAYS
from eal.core.table import progress
from eal.core.table.item import Item, load
from eal.core.table.keys import Key, key
from eal.core.table.progress import Change, ConditionFailed
from eal.core.table.read import get
from eal.core.table.write import Operation
from eal.core.tenancy import Tenant

MOST_IN_FLIGHT = 20
"""Attempts at one endpoint at once."""
FAILING_IN_FLIGHT = 2
"""The same while its latest attempts failed: one that hangs is not to hold workers that others need."""
LEASE = timedelta(seconds=60)
"""The worker's time-out in template.yaml: no worker outlives its lease."""
PROBE_PAUSE = timedelta(seconds=60)
"""From a probe that failed to the next one."""
FAILING_ENDS_AFTER = timedelta(days=5)
"""An endpoint at which everything failed for so long is disabled."""
RUN_ENDS_AFTER = timedelta(hours=48)
"""Failures further apart are no run: the longest pause of a schedule is 33 hours, so nothing was sent in between."""
MINUTE = 60
_KIND = "WEBHOOK_HEALTH"
_DROPPED_MINUTES = 3
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`leases` are the deliveries being sent, with the end of each lease, as `probe_at` is, in milliseconds.

    `failing_since` is the first of the failures that no success followed. With `probe_at` set, the endpoint was
    disabled for its failures and has not taken anything since: one attempt at a time, from then on.
    """

    leases: dict[str, int]
    accepted: str | None = None
    failing_since: Instant | None = None
    last_failed_at: Instant | None = None
    probe_at: int | None = None

    def fails_for_too_long(self, now: datetime) -> bool:
        return self.failing_since is not None and now - self.failing_since >= FAILING_ENDS_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place among an endpoint's attempts. `asked` tells how many asked for one in this minute, this one included."""

    at: Key
    delivery_id: str
    until: int
    health: Health
    asked: int
    old_minutes: tuple[str, ...]


def mark_of(ciphertext: str) -> str:
    """What tells secrets apart here."""
    return hashlib.sha256(ciphertext.encode()).hexdigest()[:16]


def take_place(tenant: Tenant, webhook_id: str, delivery_id: str, now: datetime) -> Place | None:
    """A place for one attempt of a delivery; None where all are taken, or somebody attempts this very delivery."""
    at = key(tenant, _KIND, webhook_id)
    for _ in range(_TRIES):
        try:
            return _taken(at, delivery_id, now)
        except ConditionFailed as refused:
            if refused.item is None:
                progress.start({**at._asdict(), "kind": _KIND, "leases": {}, "ttl": _ttl(now)})
            elif not _drop_ended(at, refused.item, now):
                return None
    return None


def accepted(tenant: Tenant, webhook_id: str) -> str | None:
    """The mark of the secret that the endpoint last accepted; None where none is known."""
    item = get(key(tenant, _KIND, webhook_id))
    return load(Health, item).accepted if item else None


def seconds_over(place: Place, rate_limit: int | None, now: datetime) -> float:
    """How long to wait for a minute with room for this attempt; 0 where this one has it.

    Those over the limit are spread over the minutes to come, as many into each as it takes.
    """
    if rate_limit is None or place.asked <= rate_limit:
        return 0.0
    minutes, nth = divmod(place.asked - 1, rate_limit)
    return minutes * MINUTE - now.timestamp() % MINUTE + nth / rate_limit * MINUTE


def give_back(place: Place) -> None:
    """Nothing was attempted."""
    _release(place, "", [], {})


def succeeded(place: Place, accepted: str) -> None:
    """The endpoint took an attempt whose `x-eal-signature` was made with the secret of this mark."""
    gone = ["failing_since", "last_failed_at", "probe_at"]
    _release(place, "SET accepted = :accepted ", gone, {":accepted": accepted})


def failed(place: Place, now: datetime) -> Health:
    """The endpoint did not take an attempt. How it does now."""
    last = place.health.last_failed_at
    run_ended = last is not None and now - last > RUN_ENDS_AFTER
    since = ":now" if run_ended else "if_not_exists(failing_since, :now)"
    sets, values = f"SET failing_since = {since}, last_failed_at = :now", {":now": rfc3339(now)}
    probe: dict[str, int] = {}
    if place.health.probe_at is not None:
        sets += ", probe_at = :probe_at"
        probe = {":probe_at": _ms(now + PROBE_PAUSE)}
    return _release(place, sets + " ", [], {**values, **probe}) or place.health


def disabled(place: Place, now: datetime, failing_since: datetime | None = None) -> Operation:
    """For the write that disables an endpoint: the place is given back, and what comes after starts with a probe.

    With `failing_since`: only if it still fails since then.
    """
    values: Item = {":now": _ms(now)}
    condition = "attribute_exists(leases)"
    if failing_since is not None:
        condition += " AND failing_since = :since"
        values[":since"] = rfc3339(failing_since)
    return Change(
        key=place.at,
        expression="SET probe_at = :now REMOVE leases.#delivery, failing_since, last_failed_at",
        condition=condition,
        names={"#delivery": place.delivery_id},
        values=values,
    ).operation()


def _taken(at: Key, delivery_id: str, now: datetime) -> Place:
    until, minute = _ms(now + LEASE), int(now.timestamp()) // MINUTE
    names = {"#delivery": delivery_id, "#ttl": "ttl", "#minute": _counter(minute)}
    names |= {f"#m{back}": _counter(minute - back) for back in range(1, _DROPPED_MINUTES + 1)}
    item = progress.change(
        Change(
            key=at,
            expression="SET leases.#delivery = :until, #ttl = :ttl ADD #minute :one REMOVE "
            + ", ".join(f"#m{back}" for back in range(1, _DROPPED_MINUTES + 1)),
            condition="attribute_exists(leases)"
            " AND (attribute_not_exists(leases.#delivery) OR leases.#delivery <= :now) AND ("
            "(attribute_exists(probe_at) AND probe_at <= :now AND size(leases) < :one)"
            " OR (attribute_not_exists(probe_at) AND size(leases) < :few)"
            " OR (attribute_not_exists(probe_at) AND attribute_not_exists(failing_since) AND size(leases) < :most))",
            names=names,
            values={
                ":until": until,
                ":ttl": _ttl(now),
                ":one": 1,
                ":few": FAILING_IN_FLIGHT,
                ":most": MOST_IN_FLIGHT,
                ":now": _ms(now),
            },
        )
    )
    counters = {name for name in item if name.startswith("asked_")} - {_counter(minute)}
    return Place(
        at=at,
        delivery_id=delivery_id,
        until=until,
        health=load(Health, item),
        asked=cast("int", item[_counter(minute)]),
        old_minutes=tuple(sorted(counters)),
    )


def _drop_ended(at: Key, item: Item, now: datetime) -> bool:
    """Drop leases whose end has come: their workers died. Whether there were any."""
    leases = cast("dict[str, int]", item["leases"])
    ended = [(delivery_id, until) for delivery_id, until in leases.items() if until <= _ms(now)]
    if not ended:
        return False
    names = {f"#l{number}": delivery_id for number, (delivery_id, _) in enumerate(ended)}
    with suppress(ConditionFailed):  # somebody else dropped them just now
        progress.change(
            Change(
                key=at,
                expression="REMOVE " + ", ".join(f"leases.{name}" for name in names),
                condition=" AND ".join(f"leases.{name} = :{name[1:]}" for name in names),
                names=names,
                values={f":l{number}": until for number, (_, until) in enumerate(ended)},
            )
        )
    return True


def _release(place: Place, sets: str, removed: list[str], values: Item) -> Health | None:
    """Give the place back with what came of it. None where the lease had ended, which leaves no trace."""
    old = {f"#o{number}": name for number, name in enumerate(place.old_minutes)}
    try:
        item = progress.change(
            Change(
                key=place.at,
                expression=f"{sets}REMOVE " + ", ".join(["leases.#delivery", *removed, *old]),
                condition="leases.#delivery = :until",
                names={"#delivery": place.delivery_id, **old},
                values={":until": place.until, **values},
            )
        )
    except ConditionFailed:
        return None
    return load(Health, item)


def _counter(minute: int) -> str:
    return f"asked_{minute}"


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _ttl(now: datetime) -> int:
    return int((now + timedelta(days=FEED_DAYS)).timestamp())
