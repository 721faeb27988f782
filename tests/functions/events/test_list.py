"""GET /v1/events."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eal.core import aws
from eal.core import settings as environment
from eal.core.clock import now, rfc3339
from eal.domain.events import store as feed
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline, items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _publish(tenant: Tenant, count: int, key: str | None = None) -> None:
    """New leads, each with its numbered event."""
    before = len(items("LEAD"))
    for number in range(before, before + count):
        body = {"email": f"person{number}@example.com"}
        answer = call("POST", "/v1/leads", key=key or tenant.admin, json_body=body)
        assert answer.status == 201, answer.text
    Pipeline().run()


def _page(tenant: Tenant, query: str = "", key: str | None = None) -> dict[str, Any]:
    answer = call("GET", f"/v1/events?{query}", key=key or tenant.read)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def _numbers(page: dict[str, Any]) -> list[int]:
    return [event["sequence"] for event in page["data"]]


def _item(sequence: int) -> dict[str, Any]:
    (item,) = [one for one in items("EVENT") if one["feedsk"]["N"] == str(sequence)]
    return item


def _lags(sequence: int) -> dict[str, Any]:
    """Hide an event from the feed's index, as one that the index has not got to; the item that shows it again."""
    item = _item(sequence)
    _arrives({name: value for name, value in item.items() if name != "feedpk"})
    return item


def _arrives(item: dict[str, Any]) -> None:
    aws.dynamodb().put_item(TableName=environment.state_table(), Item=item)


@pytest.fixture
def reader(tenant: Tenant) -> str:
    """A key whose rate limit no number of examples can reach."""
    body = {"name": "reader", "scopes": ["read"], "rate_limit": {"per_minute": 6000}}
    return str(call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json["key"])


def test_all_events_oldest_first_as_they_were_sent(tenant: Tenant) -> None:
    _publish(tenant, 3)

    page = _page(tenant)

    assert _numbers(page) == [1, 2, 3]
    assert page["has_more"] is False
    event = page["data"][0]
    lead = call("GET", f"/v1/leads/{event['data']['id']}", key=tenant.read).json
    assert event == {
        "id": event["id"],
        "type": "lead.created",
        "api_version": "v1",
        "created_at": lead["created_at"],
        "tenant_id": tenant.id,
        "mode": "live",
        "sequence": 1,
        "data": lead,
    }


def test_the_cursor_is_never_null_and_reads_on_when_there_is_more(tenant: Tenant) -> None:
    empty = _page(tenant)
    assert (empty["data"], empty["has_more"]) == ([], False)

    _publish(tenant, 2)
    first = _page(tenant, f"cursor={empty['next_cursor']}")
    assert _numbers(first) == [1, 2]

    nothing = _page(tenant, f"cursor={first['next_cursor']}")
    assert (nothing["data"], nothing["has_more"]) == ([], False)
    assert nothing["next_cursor"] == first["next_cursor"]

    _publish(tenant, 1)
    assert _numbers(_page(tenant, f"cursor={nothing['next_cursor']}")) == [3]


def test_pages_are_full_until_the_last(tenant: Tenant) -> None:
    _publish(tenant, 5)

    pages = [_page(tenant, "limit=2")]
    while pages[-1]["has_more"]:
        pages.append(_page(tenant, f"limit=2&cursor={pages[-1]['next_cursor']}"))

    assert [_numbers(page) for page in pages] == [[1, 2], [3, 4], [5]]


def test_a_page_ends_before_a_number_that_is_still_to_come(tenant: Tenant) -> None:
    _publish(tenant, 4)
    late = _lags(3)

    page = _page(tenant)
    assert (_numbers(page), page["has_more"]) == ([1, 2], False)

    _arrives(late)
    assert _numbers(_page(tenant, f"cursor={page['next_cursor']}")) == [3, 4]


def test_the_first_event_that_is_still_to_come_is_waited_for(tenant: Tenant) -> None:
    _publish(tenant, 2)
    _lags(1)

    assert _page(tenant)["data"] == []


@given(hidden=st.lists(st.sets(st.integers(1, 6)), min_size=1, max_size=4), limit=st.integers(1, 4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_index_hides_a_reader_sees_each_event_once_and_in_order(
    tenant: Tenant, reader: str, hidden: list[set[int]], limit: int
) -> None:
    _publish(tenant, 6 - len(items("EVENT")))
    seen: list[int] = []
    query = f"limit={limit}"
    for numbers in [*hidden, set[int]()]:
        late = [_lags(number) for number in sorted(numbers)]
        while True:
            page = _page(tenant, query, key=reader)
            seen += _numbers(page)
            query = f"limit={limit}&cursor={page['next_cursor']}"
            if not page["has_more"]:
                break
        for item in late:
            _arrives(item)

    assert seen == [1, 2, 3, 4, 5, 6]


def _numbered(sequence: int, **ago: float) -> None:
    """An event that got its number, and was created, so long ago."""
    at = {"S": rfc3339(now() - timedelta(**ago))}
    _arrives({**_item(sequence), "created_at": at, "numbered_at": at})


def test_what_has_expired_leaves_no_gap_to_wait_for(tenant: Tenant) -> None:
    """Neighbours can be months apart: what came before one of fifty days may have expired."""
    _publish(tenant, 5)
    for sequence, days in ((2, 89.1), (4, 50), (5, 1)):
        _numbered(sequence, days=days)
    for sequence in (1, 3):
        _lags(sequence)

    assert _numbers(_page(tenant)) == [2, 4, 5]


@pytest.mark.parametrize(("minutes", "seen"), [(9, []), (10, [2])])
def test_a_gap_is_waited_for_as_long_as_the_index_may_lag(
    tenant: Tenant, minutes: float, seen: list[int]
) -> None:
    _publish(tenant, 2)
    _lags(1)
    _numbered(2, minutes=minutes)

    assert _numbers(_page(tenant)) == seen


def test_an_event_that_was_numbered_late_is_as_young_as_its_number(tenant: Tenant) -> None:
    """The sweep numbers what a relay left behind, a day after its creation."""
    _publish(tenant, 2)
    _lags(1)
    old = {"S": rfc3339(now() - timedelta(days=1))}
    _arrives({**_item(2), "created_at": old})

    assert _numbers(_page(tenant)) == []


def test_an_event_that_does_not_tell_when_it_was_numbered_goes_by_its_creation(tenant: Tenant) -> None:
    _publish(tenant, 2)
    _lags(1)
    told = {name: value for name, value in _item(2).items() if name != "numbered_at"}
    _arrives({**told, "created_at": {"S": rfc3339(now() - timedelta(minutes=11))}})

    assert _numbers(_page(tenant)) == [2]


def test_events_of_one_type(tenant: Tenant) -> None:
    _publish(tenant, 2)
    lead = _page(tenant)["data"][0]["data"]
    call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.admin, json_body={"loss_type": "fire"})
    _publish(tenant, 1)

    assert _numbers(_page(tenant, "type=lead.updated")) == [3]
    created = _page(tenant, "type=lead.created&limit=2")
    assert (_numbers(created), created["has_more"]) == ([1, 2], True)
    rest = _page(tenant, f"type=lead.created&limit=2&cursor={created['next_cursor']}")
    assert (_numbers(rest), rest["has_more"]) == ([4], False)


def test_what_a_filter_looks_at_is_bounded_and_the_cursor_goes_on(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_ITEMS_READ", 2)
    _publish(tenant, 5)

    page = _page(tenant, "type=call.received")

    assert (page["data"], page["has_more"]) == ([], True)
    later = _page(tenant, f"type=lead.created&cursor={_page(tenant, 'type=lead.created')['next_cursor']}")
    assert _numbers(later) == [3, 4]


def test_a_page_of_large_events_ends_before_the_answer_is_too_large(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish(tenant, 5)
    data = _item(1)["data"]["S"]
    monkeypatch.setattr(feed, "MAX_PAGE_BYTES", 2 * (len(data) + data.count('"')) + 100)

    pages = [_page(tenant, "limit=200")]
    while pages[-1]["has_more"]:
        pages.append(_page(tenant, f"limit=200&cursor={pages[-1]['next_cursor']}"))

    assert [_numbers(page) for page in pages] == [[1, 2], [3, 4], [5]]


def test_one_event_above_the_bound_is_a_page(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(tenant, 2)
    monkeypatch.setattr(feed, "MAX_PAGE_BYTES", 1)

    page = _page(tenant)

    assert (_numbers(page), page["has_more"]) == ([1], True)


def test_a_range_by_time(clock: Clock, tenant: Tenant) -> None:
    _publish(tenant, 1)
    clock.advance(minutes=1)
    middle = rfc3339(clock.now())
    _publish(tenant, 1)

    assert _numbers(_page(tenant, f"created_after={middle}")) == [2]
    assert _numbers(_page(tenant, f"created_before={middle}")) == [1]


def test_audit_records_are_not_in_it(tenant: Tenant) -> None:
    _publish(tenant, 1)

    assert {event["type"] for event in _page(tenant)["data"]} == {"lead.created"}


@pytest.mark.parametrize("query", ["order=desc", "type=lead.exploded", "type=*", "type="])
def test_a_parameter_that_the_feed_does_not_know_is_422(tenant: Tenant, query: str) -> None:
    answer = call("GET", f"/v1/events?{query}", key=tenant.read)

    assert (answer.status, answer.error) == (422, "validation_error")


def test_a_cursor_is_good_for_its_own_feed_only(tenant: Tenant, stranger: Tenant) -> None:
    _publish(tenant, 1)
    cursor = _page(tenant)["next_cursor"]

    for key in (tenant.test_admin, stranger.read):
        assert call("GET", f"/v1/events?cursor={cursor}", key=key).error == "invalid_cursor"
    answer = call("GET", f"/v1/events?cursor={cursor}&type=lead.created", key=tenant.read)
    assert answer.error == "invalid_cursor"


def test_each_mode_and_tenant_has_its_own_numbers(tenant: Tenant, stranger: Tenant) -> None:
    _publish(tenant, 1)
    _publish(tenant, 2, key=tenant.test_admin)
    _publish(stranger, 1)

    assert _numbers(_page(tenant)) == [1]
    assert _numbers(_page(tenant, key=tenant.test_admin)) == [1, 2]
    assert _numbers(_page(stranger)) == [1]


def test_two_calls_to_aws_a_page(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(tenant, 3)
    _page(tenant)

    with watched_calls(monkeypatch) as calls:
        _page(tenant, "limit=2")

    assert calls.made == ["UpdateItem", "Query"]
