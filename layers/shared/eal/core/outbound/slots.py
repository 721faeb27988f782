"""Slots: the permission to make an attempt at an endpoint, acquired before it and released after it.

A slot is a lease in the endpoint's health, an item of its own that only workers change, so an attempt never conflicts
with a change by the customer. If its worker dies, the lease ends after a minute, when that worker cannot be sending any
more. The slots of a batch are acquired in one call, and released in one call together with the results.

Both calls expect an unchanged endpoint, which is healthy or, in the slow lane, fails. If that is wrong, DynamoDB
returns the stored item, and the next call replaces exactly that.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import observe
from eal.core.clock import rfc3339
from eal.core.events.catalogue import FEED_DAYS
from eal.core.outbound.health import (
    MAX_IN_FLIGHT,
    MAX_IN_FLIGHT_FAILING,
    EndpointHealth,
    Result,
    unix_ms,
)
from eal.core.table import progress
from eal.core.table.item import load
from eal.core.table.progress import ConditionFailed, ItemChange
from eal.core.table.statements import Refusal, StatementFailed, Update, path, update_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.table.write import Operation

LEASE = timedelta(seconds=60)
"""The timeout of the workers in their template: no worker outlives its lease."""
MINUTE = 60
_MAX_TRIES = 4
_LEASES = path("leases")
_UNCHANGED = ("failing_since", "probe_at", "timeouts", "slow")
"""Fields of the health that a change must not overwrite without having read them."""


class SlotRequest(NamedTuple):
    """A request for a slot. `attempt_id` is the id of what the attempt sends, such as a delivery."""

    health_key: Key
    kind: str
    attempt_id: str


class SlotTerms(NamedTuple):
    """Conditions for a slot. With `only_healthy`, slow endpoints have no slots. With `ignores_pause`, paused endpoints
    have them.

    `expects_failure`: the endpoints probably fail, so that the first statement asks for the slot that they then have.
    The caller reads their health after that: the `health` of such a slot is unknown.
    """

    only_healthy: bool = False
    ignores_pause: bool = False
    expects_failure: bool = False


class Slot(NamedTuple):
    """The permission to make one attempt, until `expires_at` in Unix milliseconds. `health` is as last seen."""

    health_key: Key
    attempt_id: str
    expires_at: int
    health: EndpointHealth


class NoSlot(NamedTuple):
    """All slots are in use, or the attempt is already in flight, or the endpoint is paused for so many seconds.

    `is_slow`: the attempt belongs to the slow lane.
    """

    is_slow: bool = False
    pause_seconds: float = 0.0


type Acquired = Slot | NoSlot | StatementFailed


def acquire_all(requests: Sequence[SlotRequest], now: datetime, terms: SlotTerms) -> list[Acquired]:
    """A slot for each request that may be sent now.

    A failed statement concerns the requests for its endpoint only.
    """
    expires_at = unix_ms(now + LEASE)
    claims: dict[Key, _Claim] = {}
    for health_key, kind, attempt_id in requests:
        claim = claims.setdefault(health_key, _Claim(health_key, kind, [], expires_at))
        if attempt_id not in claim.attempt_ids:
            claim.attempt_ids.append(attempt_id)
    found: dict[Key, dict[str, Acquired]] = {health_key: {} for health_key in claims}
    updates = {
        health_key: claim.of_failing(now) if terms.expects_failure else claim.of_healthy(now)
        for health_key, claim in claims.items()
    }
    for _ in range(_MAX_TRIES):
        results = update_all([claimed.update for claimed in updates.values()])
        refused = {
            health_key: result
            for health_key, result in zip(updates, results, strict=True)
            if result is not None
        }
        for health_key in updates.keys() - refused.keys():
            found[health_key] |= updates[health_key].slots
        updates = {}
        for health_key, refusal in refused.items():
            outcome = claims[health_key].after(refusal, now, terms)
            if isinstance(outcome, _Claimed):
                updates[health_key] = outcome
            else:
                found[health_key] |= outcome
    # A second message for the same attempt has no slot.
    return [found[request.health_key].pop(request.attempt_id, NoSlot()) for request in requests]


def acquire(request: SlotRequest, now: datetime, terms: SlotTerms) -> Slot | NoSlot:
    """Acquire a slot for one attempt.

    Raises: StatementFailed.
    """
    (acquired,) = acquire_all([request], now, terms)
    if isinstance(acquired, StatementFailed):
        raise acquired
    return acquired


class _Claimed(NamedTuple):
    update: Update
    slots: dict[str, Acquired]


class _Claim(NamedTuple):
    """The attempts of a batch at one endpoint."""

    health_key: Key
    kind: str
    attempt_ids: list[str]
    expires_at: int

    def of_healthy(self, now: datetime) -> _Claimed:
        """Slots for all attempts, if the endpoint is healthy and has so many."""
        leases = [path("leases", attempt_id) for attempt_id in self.attempt_ids]
        update = Update(
            key=self.health_key,
            sets={**dict.fromkeys(leases, self.expires_at), path("ttl"): _ttl(now)},
            equals={**dict.fromkeys(leases), **{path(name): None for name in _UNCHANGED}},
            max_sizes={_LEASES: MAX_IN_FLIGHT - len(leases)},
        )
        return _Claimed(update, self._slots(self.attempt_ids, EndpointHealth()))

    def of_failing(self, now: datetime) -> _Claimed:
        """Slots for as many attempts as an endpoint has that fails and is not paused, if none is in flight."""
        chosen = self.attempt_ids[:MAX_IN_FLIGHT_FAILING]
        leases = [path("leases", attempt_id) for attempt_id in chosen]
        update = Update(
            key=self.health_key,
            sets={**dict.fromkeys(leases, self.expires_at), path("ttl"): _ttl(now)},
            equals={path("probe_at"): None},
            at_most={path("failing_since"): rfc3339(now)},
            max_sizes={_LEASES: 0},
        )
        others: dict[str, Acquired] = dict.fromkeys(self.attempt_ids, NoSlot(is_slow=True))
        return _Claimed(update, {**others, **self._slots(chosen, EndpointHealth(failing_since=now))})

    def after(self, refusal: Refusal, now: datetime, terms: SlotTerms) -> _Claimed | dict[str, Acquired]:
        """The next claim after one was refused, or what each attempt has instead of a slot."""
        if isinstance(refusal, StatementFailed):
            return dict.fromkeys(self.attempt_ids, refusal)
        if refusal.item is None:
            return self._of_new(now)
        health = load(EndpointHealth, refusal.item)
        live = {name: until for name, until in health.leases.items() if until > unix_ms(now)}
        pause = 0.0 if terms.ignores_pause else health.pause_seconds(now)
        is_excluded = pause > 0 or (terms.only_healthy and health.is_slow)
        room = 0 if is_excluded else max(health.max_in_flight - len(live), 0)
        chosen = [attempt_id for attempt_id in self.attempt_ids if attempt_id not in live][:room]
        none = NoSlot(is_slow=health.is_slow, pause_seconds=pause)
        others: dict[str, Acquired] = dict.fromkeys(self.attempt_ids, none)
        if not chosen:
            return others
        update = Update(
            key=self.health_key,
            sets={_LEASES: {**live, **dict.fromkeys(chosen, self.expires_at)}, path("ttl"): _ttl(now)},
            equals={_LEASES: cast("Item", health.leases), **_unchanged_since_read(health)},
        )
        return _Claimed(update, {**others, **self._slots(chosen, health)})

    def _of_new(self, now: datetime) -> _Claimed | dict[str, Acquired]:
        """Slots at an endpoint without a health item, unless another worker creates it at this moment."""
        item: Item = {
            **self.health_key._asdict(),
            "kind": self.kind,
            "leases": dict.fromkeys(self.attempt_ids, self.expires_at),
            "ttl": _ttl(now),
        }
        if progress.claim(item):
            return self._slots(self.attempt_ids, EndpointHealth())
        return self.of_healthy(now)

    def _slots(self, attempt_ids: Iterable[str], health: EndpointHealth) -> dict[str, Acquired]:
        return {
            attempt_id: Slot(
                health_key=self.health_key,
                attempt_id=attempt_id,
                expires_at=self.expires_at,
                health=health,
            )
            for attempt_id in attempt_ids
        }


type Used = tuple[Slot, Result | None]
"""A slot with the result of its attempt; None if no attempt was made."""


class Release(NamedTuple):
    """The release of slots at one endpoint, with the health before and after their attempts."""

    health_key: Key
    used: list[Used]
    before: EndpointHealth
    after: EndpointHealth

    def update(self) -> Update:
        before, after = self.before.stored(), self.after.stored()
        changed = {name: value for name, value in after.items() if value != before[name]}
        leases = {path("leases", slot.attempt_id): slot.expires_at for slot, _ in self.used}
        is_used = any(result is not None for _, result in self.used)
        return Update(
            key=self.health_key,
            sets={path(name): value for name, value in changed.items() if value is not None},
            removes=[*leases, *(path(name) for name, value in changed.items() if value is None)],
            equals={**leases, **(_unchanged_since_read(self.before) if is_used else {})},
        )

    def over(self, item: Item | None, now: datetime) -> Release | None:
        """The release over a stored item that is not `before`. None if none of the slots is ours any more."""
        health = load(EndpointHealth, item) if item else EndpointHealth()
        ours = [used for used in self.used if health.leases.get(used[0].attempt_id) == used[0].expires_at]
        return _release(self.health_key, ours, health, now) if ours else None


def releases(used: Iterable[Used], now: datetime) -> list[Release]:
    """The release of slots, one for each endpoint."""
    by_endpoint: dict[Key, list[Used]] = {}
    for slot, result in used:
        by_endpoint.setdefault(slot.health_key, []).append((slot, result))
    return [_release(health_key, group, group[0][0].health, now) for health_key, group in by_endpoint.items()]


def finish(
    planned: Sequence[Release], results: Sequence[Refusal | None], now: datetime
) -> dict[Key, EndpointHealth]:
    """Repeat the releases that were refused. Returns the health of the endpoints after their attempts.

    A slot that is not ours any more is not released, and its result is not recorded: another worker has it. One that
    cannot be released ends by itself.
    """
    done: dict[Key, EndpointHealth] = {}
    for _ in range(_MAX_TRIES):
        again: list[Release] = []
        for release, result in zip(planned, results, strict=True):
            if result is None:
                done[release.health_key] = release.after
                _report(release, now)
            elif isinstance(result, StatementFailed):
                observe.logger.warning("slots_left_to_expire", exc_info=result)
            elif newer := release.over(result.item, now):
                again.append(newer)
        if not again:
            return done
        planned, results = again, update_all([release.update() for release in again])
    observe.logger.warning("slots_left_to_expire", endpoints=len(planned))
    return done


def release_all(used: Iterable[Used], now: datetime) -> dict[Key, EndpointHealth]:
    """Release slots, and record the results of their attempts. Returns the health of each endpoint."""
    planned = releases(used, now)
    return finish(planned, update_all([release.update() for release in planned]), now)


def count_in_minute(health_key: Key, attempts: int, now: datetime) -> int:
    """Count attempts for a rate limit. Returns the number in this minute, including these."""
    minute = int(now.timestamp()) // MINUTE
    values: Item = {":minute": minute, ":attempts": attempts}
    names = {"#minute": "counted_minute", "#count": "minute_count"}
    add = ("SET #count = #count + :attempts", "#minute >= :minute")
    begin = (
        "SET #minute = :minute, #count = :attempts",
        "attribute_not_exists(#minute) OR #minute < :minute",
    )
    for expression, condition in (add, begin, add):
        change = ItemChange(
            key=health_key, expression=expression, condition=condition, names=names, values=values
        )
        with suppress(ConditionFailed):
            return cast("int", progress.change(change)["minute_count"])
    raise AssertionError("a counted minute is either older or not")


def disabling(slot: Slot, now: datetime, failing_since: datetime | None = None) -> Operation:
    """The operation, for the transaction that disables an endpoint, that releases the slot and makes the endpoint begin
    with a probe once it is enabled.

    With `failing_since`, on the condition that the endpoint still fails since then.
    """
    values: Item = {":now": unix_ms(now)}
    condition = "attribute_exists(leases)"
    if failing_since is not None:
        condition += " AND failing_since = :since"
        values[":since"] = rfc3339(failing_since)
    return ItemChange(
        key=slot.health_key,
        expression="SET probe_at = :now "
        "REMOVE leases.#attempt, failing_since, last_failed_at, #timeouts, #slow",
        condition=condition,
        names={"#attempt": slot.attempt_id, "#timeouts": "timeouts", "#slow": "slow"},
        values=values,
    ).operation()


def _release(health_key: Key, used: list[Used], before: EndpointHealth, now: datetime) -> Release:
    after = before
    for _, result in used:
        after = after.after(result, now) if result else after
    return Release(health_key, used, before, after)


def _report(release: Release, now: datetime) -> None:
    after = release.after
    if after.timeouts and after.probe_at != release.before.probe_at and (pause := after.pause_seconds(now)):
        organization_id, mode, _ = release.health_key.pk.split("#")
        observe.count("endpoints_paused")
        observe.logger.info(
            "endpoint_paused",
            organization_id=organization_id,
            mode=mode,
            endpoint=release.health_key.sk,
            timeouts=after.timeouts,
            seconds=round(pause),
        )


def _unchanged_since_read(health: EndpointHealth) -> dict[str, Json]:
    return {path(name): value for name, value in health.stored().items() if name in _UNCHANGED}


def _ttl(now: datetime) -> int:
    return int((now + timedelta(days=FEED_DAYS)).timestamp())
