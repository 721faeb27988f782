"""Subscriptions of an organization: their state, from billing events in any order.

A tenant connects its own Stripe account, so it can sign an active subscription for itself and its children. An
entitlement must not rest on these subscriptions, unless their connection is the operator's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from eal.core.clock import Instant  # noqa: TC001 - pydantic reads the annotations of stored items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_SUBSCRIPTIONS = 10
_MAX_EVENTS = 20
_STATUS_RANKS: Final = {
    "active": 3, "trialing": 3, "past_due": 3,
    "unpaid": 2, "paused": 2, "incomplete": 1,
    "canceled": 0, "incomplete_expired": 0,
}  # fmt: skip
"""Stripe's statuses: of several subscriptions, the one with the highest rank is the effective one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionTerms:
    """The terms of a subscription that an event states; None for terms that it leaves out."""

    status: str | None = None
    cancel_at_period_end: bool | None = None
    plan: str | None = None
    current_period_end: Instant | None = None

    def stated(self) -> dict[str, object]:
        return {name: value for name in _TERMS if (value := getattr(self, name)) is not None}


_TERMS: Final = tuple(term.name for term in fields(SubscriptionTerms))


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingEvent:
    """One event of a subscription. `order` sorts events by their own times, which have a resolution of one second.
    `before` are the previous values of the terms that the event changed."""

    id: str
    order: str
    terms: SubscriptionTerms
    before: SubscriptionTerms = SubscriptionTerms()

    @property
    def states_plan_or_period(self) -> bool:
        return self.terms.plan is not None or self.terms.current_period_end is not None

    def follows(self, other: BillingEvent) -> bool:
        """Whether the values that this event replaced are those of the other event."""
        before, other_terms = self.before.stated(), other.terms.stated()
        return bool(before) and before.items() <= other_terms.items()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription as of its newest event.

    Plan and period are those of the newest event that states them. `events` has the events of the newest second, and
    those of the newest second in which an event stated plan or period; at most 20.
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
        """The state after the events, which may be in any order and have duplicates."""
        by_id = {event.id: event for event in events}
        latest = _latest_first(_newest(by_id.values()))
        with_plan = _latest_first(_newest(event for event in by_id.values() if event.states_plan_or_period))
        last, terms = latest[0], with_plan[0].terms if with_plan else SubscriptionTerms()
        kept = {event.id: event for event in (last, *with_plan[:1], *latest, *with_plan)}
        return cls(
            id=subscription_id,
            event_id=last.id,
            status=last.terms.status or "",
            began_at=began_at,
            plan=terms.plan,
            current_period_end=terms.current_period_end,
            cancel_at_period_end=last.terms.cancel_at_period_end is True,
            events=tuple(kept[event_id] for event_id in sorted([*kept][:_MAX_EVENTS])),
        )


def _newest(events: Iterable[BillingEvent]) -> list[BillingEvent]:
    """The events that share the newest time."""
    listed = list(events)
    newest = max((event.order for event in listed), default="")
    return [event for event in listed if event.order == newest]


def _latest_first(tied: Sequence[BillingEvent]) -> list[BillingEvent]:
    """Events of one second, each before those that it follows. If that does not decide, ids do.

    Stripe's ids do not indicate the order. Truncating the list does not change which event is first.
    """
    rest, ordered = sorted(tied, key=lambda event: event.id, reverse=True), list[BillingEvent]()
    while rest:
        without_follower = [
            event
            for event in rest
            if not any(other.follows(event) and not event.follows(other) for other in rest)
        ]
        ordered += without_follower or rest
        rest = [event for event in rest if event not in ordered]
    return ordered


def merge(first: Subscription, second: Subscription) -> Subscription:
    """One subscription from two states of it, in either order."""
    began = [at for at in (first.began_at, second.began_at) if at]
    return Subscription.of(first.id, (*first.events, *second.events), max(began, default=None))


def with_subscription(known: Sequence[Subscription], update: Subscription) -> tuple[Subscription, ...]:
    """The subscriptions with one of them updated or added, the effective one first."""
    same = [merge(subscription, update) for subscription in known if subscription.id == update.id] or [update]
    others = [subscription for subscription in known if subscription.id != update.id]
    return tuple(sorted([*same, *others], key=_rank, reverse=True)[:MAX_SUBSCRIPTIONS])


def _rank(subscription: Subscription) -> tuple[int, datetime, str]:
    began_at = subscription.began_at or datetime.min.replace(tzinfo=UTC)
    return _STATUS_RANKS.get(subscription.status, 1), began_at, subscription.id
