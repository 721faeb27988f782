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
from tests.support.tenants import raise_limit
from tools.fixtures.leads import counted_reads

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _publish(tenant: Tenant, count: int, key: str | None = None) -> None:
    """Create leads, each with a numbered event."""
    before = len(items("LEAD"))
    for number in range(before, before + count):
        body = {"email": f"person{number}@example.com"}
        response = call("POST", "/v1/leads", key=key or tenant.admin, json_body=body)
        assert response.status == 201, response.text
    Pipeline().run()


def _page(tenant: Tenant, query: str = "", key: str | None = None) -> dict[str, Any]:
    response = call("GET", f"/v1/events?{query}", key=key or tenant.read)
    assert response.status == 200, response.text
    return dict(response.json)


def _numbers(page: dict[str, Any]) -> list[int]:
    return [event["sequence"] for event in page["data"]]


def _item(sequence: int) -> dict[str, Any]:
    (item,) = [event for event in items("EVENT") if event["feedsk"]["N"] == str(sequence)]
    return item


def _hide(sequence: int) -> dict[str, Any]:
    """Remove an event from the feed's index, as if the index lagged. Returns the item to put back."""
    item = _item(sequence)
    _put({name: value for name, value in item.items() if name != "feedpk"})
    return item


def _put(item: dict[str, Any]) -> None:
    aws.dynamodb().put_item(TableName=environment.state_table(), Item=item)


@pytest.fixture
def reader(tenant: Tenant) -> str:
    """A key whose rate limit is higher than the number of examples."""
    raise_limit(tenant.id)
    body = {"name": "reader", "scopes": ["read"], "rate_limit": {"per_minute": 6000}}
    return str(call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json["key"])


def test_the_feed_has_all_events_oldest_first_as_they_were_sent(tenant: Tenant) -> None:
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


def test_the_cursor_is_never_null_and_returns_later_events(tenant: Tenant) -> None:
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


def test_a_page_ends_before_a_missing_number(tenant: Tenant) -> None:
    _publish(tenant, 4)
    late = _hide(3)

    page = _page(tenant)
    assert (_numbers(page), page["has_more"]) == ([1, 2], False)

    _put(late)
    assert _numbers(_page(tenant, f"cursor={page['next_cursor']}")) == [3, 4]


def test_a_missing_first_number_ends_the_page(tenant: Tenant) -> None:
    _publish(tenant, 2)
    _hide(1)

    assert _page(tenant)["data"] == []


@given(hidden=st.lists(st.sets(st.integers(1, 6)), min_size=1, max_size=4), limit=st.integers(1, 4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reader_sees_each_event_once_and_in_order_if_the_index_lags(
    tenant: Tenant, reader: str, hidden: list[set[int]], limit: int
) -> None:
    _publish(tenant, 6 - len(items("EVENT")))
    seen: list[int] = []
    query = f"limit={limit}"
    for numbers in [*hidden, set[int]()]:
        late = [_hide(number) for number in sorted(numbers)]
        while True:
            page = _page(tenant, query, key=reader)
            seen += _numbers(page)
            query = f"limit={limit}&cursor={page['next_cursor']}"
            if not page["has_more"]:
                break
        for item in late:
            _put(item)

    assert seen == [1, 2, 3, 4, 5, 6]


def _set_age(sequence: int, **ago: float) -> None:
    """Set the times of an event's creation and numbering."""
    at = {"S": rfc3339(now() - timedelta(**ago))}
    _put({**_item(sequence), "created_at": at, "numbered_at": at})


def test_expired_events_are_no_gap(tenant: Tenant) -> None:
    """Neighbours can be months apart, so events before one of fifty days may have expired."""
    _publish(tenant, 5)
    for sequence, days in ((2, 89.1), (4, 50), (5, 1)):
        _set_age(sequence, days=days)
    for sequence in (1, 3):
        _hide(sequence)

    assert _numbers(_page(tenant)) == [2, 4, 5]


@pytest.mark.parametrize(("minutes", "seen"), [(9, []), (10, [2])])
def test_a_gap_ends_the_page_while_the_index_can_lag(tenant: Tenant, minutes: float, seen: list[int]) -> None:
    _publish(tenant, 2)
    _hide(1)
    _set_age(2, minutes=minutes)

    assert _numbers(_page(tenant)) == seen


def test_the_age_of_a_gap_counts_from_the_numbering(tenant: Tenant) -> None:
    """The sweep can number an event a day after its creation."""
    _publish(tenant, 2)
    _hide(1)
    old = {"S": rfc3339(now() - timedelta(days=1))}
    _put({**_item(2), "created_at": old})

    assert _numbers(_page(tenant)) == []


def test_the_feed_is_filtered_by_type(tenant: Tenant) -> None:
    _publish(tenant, 2)
    lead = _page(tenant)["data"][0]["data"]
    call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.admin, json_body={"loss_type": "fire"})
    _publish(tenant, 1)

    assert _numbers(_page(tenant, "type=lead.updated")) == [3]
    created = _page(tenant, "type=lead.created&limit=2")
    assert (_numbers(created), created["has_more"]) == ([1, 2], True)
    rest = _page(tenant, f"type=lead.created&limit=2&cursor={created['next_cursor']}")
    assert (_numbers(rest), rest["has_more"]) == ([4], False)


def test_a_filtered_page_reads_a_bounded_number_of_events(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_ITEMS_READ", 2)
    _publish(tenant, 5)

    page = _page(tenant, "type=call.received")

    assert (page["data"], page["has_more"]) == ([], True)
    later = _page(tenant, f"type=lead.created&cursor={_page(tenant, 'type=lead.created')['next_cursor']}")
    assert _numbers(later) == [3, 4]


def test_a_page_of_large_events_ends_before_the_response_is_too_large(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish(tenant, 5)
    data = _item(1)["data"]["S"]
    monkeypatch.setattr(feed, "MAX_PAGE_BYTES", 2 * (len(data) + data.count('"')) + 100)

    pages = [_page(tenant, "limit=200")]
    while pages[-1]["has_more"]:
        pages.append(_page(tenant, f"limit=200&cursor={pages[-1]['next_cursor']}"))

    assert [_numbers(page) for page in pages] == [[1, 2], [3, 4], [5]]


def test_an_event_over_the_limit_is_a_page_by_itself(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(tenant, 2)
    monkeypatch.setattr(feed, "MAX_PAGE_BYTES", 1)

    page = _page(tenant)

    assert (_numbers(page), page["has_more"]) == ([1], True)


def test_the_feed_is_filtered_by_time(clock: Clock, tenant: Tenant) -> None:
    _publish(tenant, 1)
    clock.advance(minutes=1)
    middle = rfc3339(clock.now())
    _publish(tenant, 1)

    assert _numbers(_page(tenant, f"created_after={middle}")) == [2]
    assert _numbers(_page(tenant, f"created_before={middle}")) == [1]


def test_a_page_that_begins_at_a_time_does_not_read_all_earlier_events(tenant: Tenant) -> None:
    _publish(tenant, 1)
    event, end = _item(1), now()
    for number in range(1, 1001):
        at = rfc3339(end - timedelta(hours=1000 - number))
        name = f"evt_{number:026}"
        times = {"created_at": {"S": at}, "numbered_at": {"S": at}}
        _put({**event, **times, "sk": {"S": name}, "id": {"S": name}, "feedsk": {"N": str(number)}})
    middle = rfc3339(end - timedelta(hours=10))

    with counted_reads() as reads:
        page = _page(tenant, f"created_after={middle}&type=lead.created&limit=3")

    assert _numbers(page) == [990, 991, 992]
    assert reads.items < 30
    rest = _page(tenant, f"created_after={middle}&type=lead.created&cursor={page['next_cursor']}")
    assert _numbers(rest) == [*range(993, 1001)]


def test_a_late_event_is_found_by_its_time(clock: Clock, tenant: Tenant) -> None:
    """An event that the relay numbered long after it was created."""
    _publish(tenant, 3)
    late = clock.now() - timedelta(days=1)
    _put({**_item(3), "created_at": {"S": rfc3339(late)}})

    assert _numbers(
        _page(tenant, f"created_after={rfc3339(late)}&created_before={rfc3339(clock.now())}")
    ) == [3]


def test_audit_records_are_not_in_the_feed(tenant: Tenant) -> None:
    _publish(tenant, 1)

    assert {event["type"] for event in _page(tenant)["data"]} == {"lead.created"}


@pytest.mark.parametrize("query", ["order=desc", "type=lead.exploded", "type=*", "type="])
def test_an_invalid_parameter_is_422(tenant: Tenant, query: str) -> None:
    response = call("GET", f"/v1/events?{query}", key=tenant.read)

    assert (response.status, response.error) == (422, "validation_error")


def test_a_cursor_is_valid_only_for_its_own_feed(tenant: Tenant, stranger: Tenant) -> None:
    _publish(tenant, 1)
    cursor = _page(tenant)["next_cursor"]

    for key in (tenant.test_admin, stranger.read):
        assert call("GET", f"/v1/events?cursor={cursor}", key=key).error == "invalid_cursor"
    response = call("GET", f"/v1/events?cursor={cursor}&type=lead.created", key=tenant.read)
    assert response.error == "invalid_cursor"


def test_each_mode_and_tenant_has_its_own_numbers(tenant: Tenant, stranger: Tenant) -> None:
    _publish(tenant, 1)
    _publish(tenant, 2, key=tenant.test_admin)
    _publish(stranger, 1)

    assert _numbers(_page(tenant)) == [1]
    assert _numbers(_page(tenant, key=tenant.test_admin)) == [1, 2]
    assert _numbers(_page(stranger)) == [1]


def test_a_page_takes_two_calls_to_aws(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(tenant, 3)
    _page(tenant)

    with watched_calls(monkeypatch) as calls:
        _page(tenant, "limit=2")

    assert calls.made == ["UpdateItem", "Query"]
