"""GET /v1/leads/stats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.statistics import store
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

NOBODY = dict.fromkeys(("new", "contacted", "qualified", "scheduled", "won", "lost", "disqualified"), 0)


def _stats(tenant: Tenant, window: str | None = None) -> Any:
    response = call("GET", "/v1/leads/stats" + (f"?window={window}" if window else ""), key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def _lead(tenant: Tenant, number: int, source: str = "web_form") -> str:
    body = {"email": f"person{number}@example.com", "source": source}
    return str(call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"])


def _move(tenant: Tenant, lead_id: str, *way: str) -> None:
    for to in way:
        path = f"/v1/leads/{lead_id}/transitions"
        assert call("POST", path, key=tenant.write, json_body={"to": to, "reason": "price"}).status == 200


def test_all_counts_are_zero_before_the_first_lead(clock: Clock, tenant: Tenant) -> None:
    found = _stats(tenant)

    assert found == {
        "window": "30d",
        "since": "2026-03-25T00:00:00.000Z",
        "until": "2026-04-24T17:42:11.314Z",
        "total": 0,
        "funnel": NOBODY,
        "by_status": NOBODY,
        "by_source": [],
        "first_contact": {"count": 0, "median_seconds": None, "p90_seconds": None},
    }


def test_the_funnel_counts_reached_statuses_and_by_status_current_ones(clock: Clock, tenant: Tenant) -> None:
    won, lost, _, referred = (_lead(tenant, n, source) for n, source in enumerate(
        ("web_form", "web_form", "web_form", "referral")
    ))  # fmt: skip
    clock.advance(seconds=60)
    _move(tenant, won, "contacted", "qualified", "scheduled", "won")
    clock.advance(seconds=240)
    _move(tenant, lost, "contacted", "lost", "new")
    clock.advance(seconds=2700)
    _move(tenant, referred, "contacted", "qualified")
    Pipeline().run()

    for window in ("24h", "7d", "30d", "90d"):
        found = _stats(tenant, window)

        assert found["total"] == 4
        assert found["funnel"] == {
            **NOBODY, "new": 4, "contacted": 3, "qualified": 2, "scheduled": 1, "won": 1, "lost": 1,
        }  # fmt: skip
        assert found["by_status"] == {**NOBODY, "new": 2, "qualified": 1, "won": 1}
        assert found["by_source"] == [
            {"source": "web_form", "total": 3, "contacted": 2, "qualified": 1, "won": 1},
            {"source": "referral", "total": 1, "contacted": 1, "qualified": 1, "won": 0},
        ]
        assert found["first_contact"]["count"] == 3
        assert found["first_contact"]["median_seconds"] == pytest.approx(300, rel=0.01)
        assert found["first_contact"]["p90_seconds"] == pytest.approx(300, rel=0.01)


def test_a_window_contains_the_leads_created_in_it(clock: Clock, tenant: Tenant) -> None:
    for number, hours in enumerate((0, 20, 100, 400, 2000)):
        clock.advance(hours=hours)
        _lead(tenant, number)
    Pipeline().run()
    clock.advance(hours=3)

    found = {window: _stats(tenant, window) for window in ("24h", "7d", "30d", "90d")}

    assert {window: stats["total"] for window, stats in found.items()} == {
        "24h": 1,
        "7d": 1,
        "30d": 1,
        "90d": 2,
    }
    assert found["24h"]["since"].endswith(":00:00.000Z")
    assert found["90d"]["since"].endswith("T00:00:00.000Z")


def test_the_start_of_a_window_is_inclusive(clock: Clock, tenant: Tenant) -> None:
    clock.at = clock.at.replace(hour=16, minute=59, second=59, microsecond=999_000)
    _lead(tenant, 1)
    clock.advance(milliseconds=1)
    _lead(tenant, 2)
    Pipeline().run()

    clock.advance(hours=24, minutes=59)

    found = _stats(tenant, "24h")
    assert (found["since"], found["total"]) == ("2026-04-24T17:00:00.000Z", 1)


def test_a_change_of_source_moves_the_lead(clock: Clock, tenant: Tenant) -> None:
    lead_id = _lead(tenant, 1)
    _move(tenant, lead_id, "contacted")
    pipeline = Pipeline()
    pipeline.run()

    call("PATCH", f"/v1/leads/{lead_id}", key=tenant.write, json_body={"source": "referral"})
    pipeline.run()

    found = _stats(tenant)
    assert (found["total"], found["funnel"]["contacted"], found["first_contact"]["count"]) == (1, 1, 1)
    assert [source["source"] for source in found["by_source"]] == ["referral"]


@pytest.mark.parametrize("query", ["window=1d", "window=", "window=24h&window=7d", "window=24H"])
def test_an_unknown_window_is_refused(tenant: Tenant, query: str) -> None:
    response = call("GET", f"/v1/leads/stats?{query}", key=tenant.read)

    assert (response.status, response.error) == (422, "validation_error")
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == ["/window"]


def test_the_stats_path_is_not_a_lead_id(tenant: Tenant) -> None:
    """The literal path takes precedence over `/v1/leads/{lead_id}`."""
    response: ApiResponse = call("GET", "/v1/leads/stats", key=tenant.read)

    assert set(response.json) >= {"window", "funnel", "by_source"}


def test_the_number_of_buckets_read_is_limited(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of a Query ends at a megabyte, which a few sources with long sketches reach."""
    for number in range(3):
        _lead(tenant, number, source=f"source_{number}")
    Pipeline().run()
    _grow(tenant, kilobytes=390)

    with watched_calls(monkeypatch) as calls:
        assert _stats(tenant)["total"] == 3
    assert calls.made == ["UpdateItem", "Query", "Query"]

    monkeypatch.setattr(store, "MAX_PAGES", 1)
    response = call("GET", "/v1/leads/stats", key=tenant.read)
    assert (response.status, response.error) == (422, "validation_error")
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/window"


def _grow(tenant: Tenant, kilobytes: int) -> None:
    from eal.core import aws, settings
    from tests.support.pipeline import items

    for item in items("LEAD_STATS"):
        item["ballast"] = {"S": "x" * kilobytes * 1000}
        aws.dynamodb().put_item(TableName=settings.state_table(), Item=item)
