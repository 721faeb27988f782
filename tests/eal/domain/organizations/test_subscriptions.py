"""Subscriptions, from events in any order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.table.item import dump, load
from eal.domain.organizations.subscriptions import MAX_SUBSCRIPTIONS, with_subscription
from eal.vendors.stripe.webhooks import parse_subscription_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.domain.organizations.subscriptions import Subscription

STATUSES = (
    "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused", "new",
)  # fmt: skip


CHANGED = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATUSES),
        "cancel_at_period_end": st.booleans(),
        "items": st.just({"data": [{"price": {"id": "basic"}}]}),
    },
)
"""Previous values in an event."""


@st.composite
def events(draw: st.DrawFn, number: int) -> bytes:
    """An event of one of a few subscriptions, often with equal times."""
    name = draw(st.integers(1, 3))
    items: list[Any] = []
    if draw(st.booleans()):
        end = draw(st.integers(1_778_000_000, 1_778_000_003))
        items = [{"current_period_end": end, "price": {"id": draw(st.sampled_from(["basic", "pro"]))}}]
    subscription = {
        "id": f"sub_{name}",
        "created": 1_776_000_000 + name,
        "status": draw(st.sampled_from(STATUSES)),
        "cancel_at_period_end": draw(st.booleans()),
        "items": {"data": items},
    }
    event = {
        "id": f"evt_{number}",
        "object": "event",
        "created": draw(st.integers(1_776_000_000, 1_776_000_003)),
        "livemode": True,
        "type": f"customer.subscription.{draw(st.sampled_from(['created', 'updated', 'deleted']))}",
        "data": {"object": subscription, "previous_attributes": draw(st.one_of(st.just({}), CHANGED))},
    }
    return json.dumps(event).encode()


HISTORIES = st.integers(1, 8).flatmap(lambda count: st.tuples(*(events(number) for number in range(count))))


def parse(raw: bytes) -> Subscription:
    found = parse_subscription_event(raw)
    assert found is not None
    return found.subscription


def state(history: Sequence[bytes]) -> tuple[Subscription, ...]:
    known: tuple[Subscription, ...] = ()
    for raw in history:
        known = with_subscription(known, parse(raw))
    return known


@given(HISTORIES.flatmap(lambda history: st.tuples(st.just(history), st.permutations(history + history))))
def test_any_order_and_repetition_results_in_the_same_state(
    orders: tuple[tuple[bytes, ...], list[bytes]],
) -> None:
    history, shuffled = orders

    assert state(shuffled) == state(history)


@given(HISTORIES)
def test_each_subscription_has_the_state_of_its_newest_event(history: tuple[bytes, ...]) -> None:
    for subscription in state(history):
        known = [parse(raw) for raw in history if parse(raw).id == subscription.id]
        newest = max(event.order for each in known for event in each.events)
        latest = {(each.event_id, each.status) for each in known if each.events[0].order == newest}
        assert (subscription.event_id, subscription.status) in latest


@pytest.mark.no_cover
@given(st.integers(1, 45).flatmap(lambda count: st.permutations(range(count))), st.data())
def test_the_newest_of_any_number_of_events_in_one_second_decides(
    names: list[int], data: st.DataObject
) -> None:
    """Each event replaces the values of the one before. Ids do not indicate the order, and some events are repeated."""
    chain = [
        json.dumps({
            "id": f"evt_{name:02}", "object": "event", "created": 1_776_000_000, "livemode": True,
            "type": "customer.subscription.updated",
            "data": {
                "object": {
                    "id": "sub_1", "status": f"status {position}",
                    "items": {"data": [{"price": {"id": f"price {position}"}}]},
                },
                "previous_attributes": {"status": f"status {position - 1}"},
            },
        }).encode()
        for position, name in enumerate(names)
    ]  # fmt: skip
    known: tuple[Subscription, ...] = ()
    for position, raw in enumerate(chain):
        again = chain[data.draw(st.integers(max(0, position - 10), position))]
        for body in (raw, again):
            known = with_subscription(known, parse(body))

        assert (known[0].event_id, known[0].status) == (f"evt_{names[position]:02}", f"status {position}")
        assert known[0].plan == f"price {position}"
        assert len(known[0].events) <= 20


@given(HISTORIES)
def test_an_ended_subscription_never_hides_a_current_one(history: tuple[bytes, ...]) -> None:
    first, *others = state(history)

    if first.status in ("canceled", "incomplete_expired"):
        assert all(other.status in ("canceled", "incomplete_expired") for other in others)


@given(HISTORIES)
def test_a_stored_subscription_is_unchanged(history: tuple[bytes, ...]) -> None:
    for subscription in state(history):
        assert load(type(subscription), dump(subscription)) == subscription


def test_the_oldest_subscriptions_are_dropped() -> None:
    known: tuple[Subscription, ...] = ()
    for number in range(MAX_SUBSCRIPTIONS + 3):
        body = {
            "id": f"evt_{number}", "object": "event", "created": 1_776_000_000 + number, "livemode": True,
            "type": "customer.subscription.deleted",
            "data": {"object": {"id": f"sub_{number:02}", "created": 1_776_000_000 + number, "status": "canceled"}},
        }  # fmt: skip
        known = with_subscription(known, parse(json.dumps(body).encode()))

    assert len(known) == MAX_SUBSCRIPTIONS
    assert known[0].id == f"sub_{MAX_SUBSCRIPTIONS + 2}"
