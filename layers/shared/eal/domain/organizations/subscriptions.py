"""What an organization pays for: the state of its subscriptions, from billing events in whatever order they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final, Self

from eal.core.clock import Instant

SUBSCRIPTIONS_KEPT = 10
_EVENTS_KEPT = 20
_STANDING: Final = {
    "active": 3, "trialing": 3, "past_due": 3,
    "unpaid": 2, "paused": 2, "incomplete": 1,
    "canceled": 0, "incomplete_expired": 0,
}  # fmt: skip
"""Stripe's statuses: of several subscriptions, the one that stands highest is the tenant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the tenant's billing says of a subscription; of what it leaves out, None."""

    status: str | None = None
    cancel_at_period_end: bool | None = None
    plan: str | None = None
    current_period_end: Instant | None = None

    def said(self) -> dict[str, object]:
        return {name: value for name in _TERMS if (value := getattr(self, name)) is not None}


_TERMS: Final = tuple(one.name for one in fields(Terms))


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingEvent:
    """One event of a subscription. `order` sorts events by their own times, which are seconds; `before` is what those
    terms were that it changed."""

    id: str
    order: str
    terms: Terms
    before: Terms = Terms()

    @property
    def names_its_plan(self) -> bool:
        return self.terms.plan is not None or self.terms.current_period_end is not None

    def follows(self, other: "BillingEvent") -> bool:
        """Whether it changed just what the other one says."""
        before, then = self.before.said(), other.terms.said()
        return bool(before) and before.items() <= then.items()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What the tenant's billing says of one subscription, by its newest event.

    Plan and period are those of the newest event that names them. `events` keeps those of the newest second, and those
    of the newest second that named plan or period; 20 at most.
    """

    id: str
    event_id: str
    status: str
    began_at: Instant | None = None
    plan: str | None = None
    current_period_end: Instant | None = None
    cancel_at_period_end: bool = False
    events: tuple[BillingEvent, ...] = ()

    @classmethod
    def of(cls, subscription_id: str, events: Iterable[BillingEvent], began_at: datetime | None) -> Self:
        """What events say together, in whatever order they came, and however often."""
        told = {one.id: one for one in events}
        newest, naming = _newest(told.values()), _newest(one for one in told.values() if one.names_its_plan)
        latest, latest_naming = _latest_first(newest), _latest_first(naming)
        last, terms = latest[0], latest_naming[0].terms if naming else Terms()
        kept = {one.id: one for one in (last, *latest_naming[:1], *latest, *latest_naming)}
        return cls(
            id=subscription_id,
            event_id=last.id,
            status=last.terms.status or "",
            began_at=began_at,
            plan=terms.plan,
            current_period_end=terms.current_period_end,
            cancel_at_period_end=last.terms.cancel_at_period_end is True,
            events=tuple(kept[one] for one in sorted([*kept][:_EVENTS_KEPT])),
        )


def _newest(events: Iterable[BillingEvent]) -> list[BillingEvent]:
    """Those that share the newest time."""
    told = list(events)
    newest = max((one.order for one in told), default="")
    return [one for one in told if one.order == newest]


def _latest_first(tied: Sequence[BillingEvent]) -> list[BillingEvent]:
    """Events of one second, each before those that it has followed; where that does not tell, it is left to the ids.

    Stripe's ids say nothing of the order. Truncating the list does not change which event is first.
    """
    rest, ordered = sorted(tied, key=lambda one: one.id, reverse=True), list[BillingEvent]()
    while rest:
        open_ends = [
            one for one in rest if not any(other.follows(one) and not one.follows(other) for other in rest)
        ]
        ordered += open_ends or rest
        rest = [one for one in rest if one not in ordered]
    return ordered


def newest(one: Subscription, other: Subscription) -> Subscription:
    """What two say of one subscription, in whatever order they came."""
    began = [at for at in (one.began_at, other.began_at) if at]
    return Subscription.of(one.id, (*one.events, *other.events), max(began, default=None))


def with_subscription(known: Sequence[Subscription], told: Subscription) -> tuple[Subscription, ...]:
    """The subscriptions with what an event says of one of them, that which counts first."""
    same = [newest(one, told) for one in known if one.id == told.id] or [told]
    others = [one for one in known if one.id != told.id]
    return tuple(sorted([*same, *others], key=_standing, reverse=True)[:SUBSCRIPTIONS_KEPT])


def _standing(one: Subscription) -> tuple[int, datetime, str]:
    return _STANDING.get(one.status, 1), one.began_at or datetime.min.replace(tzinfo=UTC), one.id
