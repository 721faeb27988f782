"""eal.domain.calls.model: events merge into the same call, regardless of order and repetition."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.calls.model import Call, Snapshot, merged, new_call
from eal.vendors.callrail.webhooks import parse_call

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
KINDS = (
    "pre-call",
    "routing-complete",
    "post-call",
    "call-modified",
    "outbound-post-call",
    "outbound-call-modified",
)


def event(kind: str, second: int = 0, **body: Any) -> Snapshot:
    found = parse_call(
        kind, json.dumps({"resource_id": "CAL1", **body}).encode(), AT + timedelta(seconds=second)
    )
    assert found is not None
    return found


def call_of(events: Sequence[Snapshot]) -> Call:
    call = new_call(events[0], call_id="call_1", salt="00", at=AT)
    for snapshot in events[1:]:
        call = merged(call, snapshot)
    return replace(call, seen=())


_BODY = st.fixed_dictionaries(
    {},
    optional={
        "customer_name": st.sampled_from(["", "Dana", "Robin"]),
        "customer_phone_number": st.sampled_from(["", "+15550100002", "+15550100003"]),
        "direction": st.sampled_from(["", "inbound", "outbound"]),
        "answered": st.sampled_from(["", True, False, "true", "false"]),
        "duration": st.sampled_from(["", "0", "15", "94"]),
        "note": st.sampled_from(["", "a", "b", "c"]),
        "tags": st.sampled_from([[], ["x"], ["x", "y"]]),
        "medium": st.sampled_from(["", "cpc", "organic"]),
        "gclid": st.sampled_from(["", "1", "2"]),
        "transcription": st.sampled_from(["", "Caller: one", "Caller: two"]),
        "start_time": st.sampled_from(["", "2026-04-24T10:42:11-07:00", "2026-04-24T10:42:12-07:00"]),
        "changes": st.sampled_from([[], ["note"], ["tags", {"name": "note"}]]),
    },
)


@given(st.data())
def test_every_order_and_repetition_gives_the_same_call(data: st.DataObject) -> None:
    drawn = data.draw(
        st.lists(
            st.tuples(st.sampled_from(KINDS), _BODY),
            min_size=1,
            max_size=5,
            unique_by=lambda pair: json.dumps(pair[1], sort_keys=True),
        )
    )
    # Several events are received in the same millisecond.
    events = [
        event(kind, data.draw(st.integers(0, 3)), nonce=number, **body)
        for number, (kind, body) in enumerate(drawn)
    ]
    # The body of a modification can be repeated as a separate event, and every event can be delivered twice.
    events += [
        event(kind, 5 + number, nonce=number, **body)
        for number, (kind, body) in enumerate(drawn)
        if body.get("changes") and data.draw(st.booleans())
    ]
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))

    shuffled = data.draw(st.permutations([*events, *again]))

    assert call_of(shuffled) == call_of(events)


def test_all_orders_of_the_four_usual_events_are_one_call() -> None:
    events = [
        event("pre-call", 0, customer_name="Caller ID", answered=False, duration=0),
        event("routing-complete", 1, business_phone_number="+15550100009", answered=False),
        event("post-call", 2, customer_name="Dana", answered=True, duration="94", transcription="Caller: hi"),
        event("call-modified", 3, changes=["note"], note="urgent", customer_name="", duration="94"),
    ]

    calls = [call_of(order) for order in permutations(events)]

    assert all(call == calls[0] for call in calls)
    assert calls[0].facts.caller_name == "Dana"
    assert calls[0].facts.note == "urgent"
    assert (calls[0].facts.answered, calls[0].status) == (True, "received")


def test_the_modification_received_last_wins() -> None:
    early = event("call-modified", 1, changes=["note"], note="first")
    late = event("call-modified", 2, changes=["note"], note="second")

    assert call_of([early, late]).facts.note == call_of([late, early]).facts.note == "second"


def test_a_repeated_body_counts_as_received_the_first_time() -> None:
    early, late = event("post-call", 1, note="first"), event("post-call", 2, note="second")
    replayed = event("post-call", 9, note="first")

    assert call_of([early, late, replayed]).facts.note == "second"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_flag_that_is_set_cleared_and_set_again_is_set(order: tuple[int, ...]) -> None:
    """The first and the third body are equal: CallRail reports the state of a call, not the time of the change."""
    ended = event("post-call", 0, spam=False)
    events = [
        event("call-modified", second, changes=["spam"], spam=is_spam)
        for second, is_spam in ((1, True), (2, False), (3, True))
    ]

    assert call_of([ended, *(events[index] for index in order)]).facts.spam is True
    assert call_of([ended, *events[:2]]).facts.spam is False


@pytest.mark.parametrize(
    "entry", ["tags", {"name": "tags"}, {"field": "tags", "from": ["x"]}, {"tags": ["x"]}]
)
def test_a_fact_that_a_modification_empties_is_empty(entry: object) -> None:
    events = [
        event("post-call", 1, tags=["x"], note="y", value="12"),
        event("call-modified", 2, changes=[entry], tags=[], note="", value=""),
        event("call-modified", 3, changes=["note", "value"], tags=[], note="", value=""),
    ]

    for order in permutations(events):
        facts = call_of(order).facts
        assert (facts.tags, facts.note, facts.value_cents) == ((), None, None)
    facts = call_of(events[:2]).facts
    assert (facts.tags, facts.note, facts.value_cents) == ((), "y", 1200)
    assert call_of([*events, event("call-modified", 4, changes=["tags"], tags=["z"])]).facts.tags == ("z",)


def test_only_a_modification_empties_a_fact_that_it_names_and_has() -> None:
    ended = event("post-call", 1, tags=["x"], customer_name="Dana")

    assert call_of([ended, event("post-call", 2, tags=[])]).facts.tags == ("x",)
    assert call_of([ended, event("call-modified", 2, changes=["tags"])]).facts.tags == ("x",)
    renamed = event("call-modified", 2, changes=["customer_name"], customer_name="")
    assert call_of([ended, renamed]).facts.caller_name == "Dana"


def test_an_event_that_changes_nothing_returns_the_same_object() -> None:
    call = new_call(event("post-call", 1, note="x"), call_id="call_1", salt="00", at=AT)

    assert merged(call, event("pre-call", 2, note="y")) is call
    assert merged(call, event("post-call", 1, note="x")) is call


def test_a_status_never_goes_back() -> None:
    call = new_call(event("post-call", 1), call_id="call_1", salt="00", at=AT)
    assert call.status == "received"

    dispatched = replace(call, status="dispatched")

    assert merged(dispatched, event("call-modified", 2, note="x")).status == "dispatched"
    assert merged(dispatched, event("pre-call", 2, customer_name="x")).status == "dispatched"


def test_the_end_is_start_plus_duration() -> None:
    call = call_of([event("post-call", 1, start_time="2026-04-24T10:42:11-07:00", duration="94")])

    assert call.ended_at == datetime(2026, 4, 24, 17, 43, 45, tzinfo=UTC)
    assert call_of([event("pre-call", 1, start_time="2026-04-24T10:42:11-07:00")]).ended_at is None


def test_a_city_from_caller_id_is_not_a_name() -> None:
    city = event(
        "post-call", customer_name="Laguna Beach Ca", customer_city="Laguna Beach", customer_state="CA"
    )
    person = event("post-call", customer_name="Dana Reyes", customer_city="Laguna Beach", customer_state="CA")

    assert call_of([city]).person_name is None
    assert call_of([person]).person_name == "Dana Reyes"


def test_the_input_of_a_classification_is_transcript_and_outcome() -> None:
    base = call_of([event("post-call", 1, answered=True, duration="94", transcription="Caller: hi")])
    noted = merged(base, event("call-modified", 2, note="x", tags=["y"], changes=["note"]))
    longer = merged(base, event("call-modified", 2, duration="95"))
    other_words = merged(base, event("call-modified", 2, transcription="Caller: bye"))

    assert base.input_sha256() == noted.input_sha256() == longer.input_sha256()
    assert base.input_sha256() != other_words.input_sha256()
