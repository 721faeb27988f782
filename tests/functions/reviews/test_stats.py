"""GET /v1/reviews/stats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core import caller
from eal.domain.reviews import store as reviews
from tests.support.http import call
from tests.support.reviews import PATH, ingested

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _stats(tenant: Tenant, query: str = "?since=2026-01&until=2026-06") -> dict[str, Any]:
    response = call("GET", f"{PATH}/stats{query}", key=tenant.read)
    assert response.status == 200, response.text
    stats: dict[str, Any] = response.json
    return stats


def test_reviews_are_counted_by_the_month_in_which_they_were_written(tenant: Tenant) -> None:
    ingested(tenant, external_id="a", rating=5, reviewed_at="2026-03-31T23:59:59Z")
    ingested(tenant, external_id="b", rating=2, reviewed_at="2026-04-01T00:00:00Z")
    ingested(tenant, external_id="c", rating=5, reviewed_at="2026-04-02T00:00:00Z")
    ingested(tenant, external_id="d", surface="facebook", rating=None, reviewed_at="2026-04-02T00:00:00Z")

    stats = _stats(tenant)

    assert stats["total"] == {
        "reviews": 4,
        "rated": 3,
        "mean_rating": 4.0,
        "ratings": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 2},
    }
    assert [
        (month["month"], month["surface"], month["summary"]["reviews"]) for month in stats["by_month"]
    ] == [
        ("2026-03", "google", 1),
        ("2026-04", "facebook", 1),
        ("2026-04", "google", 2),
    ]
    assert [(surface["surface"], surface["summary"]["mean_rating"]) for surface in stats["by_surface"]] == [
        ("facebook", None),
        ("google", 4.0),
    ]


def test_a_changed_review_counts_once_with_its_new_rating(tenant: Tenant) -> None:
    ingested(tenant, rating=1)
    ingested(tenant, rating=4)
    ingested(tenant, rating=4)

    total = _stats(tenant)["total"]
    assert (total["reviews"], total["mean_rating"], total["ratings"]["1"]) == (1, 4.0, 0)


def test_a_review_that_its_surface_no_longer_shows_does_not_count(tenant: Tenant) -> None:
    review = ingested(tenant)
    for _ in range(2):
        by = caller.worker("test", tenant.in_mode("live"), "req_test")
        reviews.deleted_at_source(review["id"], by)
        by.transaction.commit()

    assert _stats(tenant)["by_month"] == []
    assert _stats(tenant)["total"]["mean_rating"] is None

    ingested(tenant)
    assert _stats(tenant)["total"]["reviews"] == 1


def test_the_default_is_the_last_twelve_months(tenant: Tenant) -> None:
    stats = _stats(tenant, "?until=2026-04")
    assert (stats["since"], stats["until"]) == ("2025-05", "2026-04")
    assert _stats(tenant, "?since=2026-01&until=2026-04")["since"] == "2026-01"


@pytest.mark.parametrize(
    "query",
    [
        "?since=2026-13",
        "?since=2026",
        "?since=2026-04&until=2026-03",
        "?since=2020-01&until=2025-01",
        "?window=7d",
    ],
)
def test_what_is_no_range_of_months_is_refused(tenant: Tenant, query: str) -> None:
    assert call("GET", f"{PATH}/stats{query}", key=tenant.read).status == 422


def test_modes_are_counted_apart(tenant: Tenant) -> None:
    ingested(tenant, tenant.test_admin)

    assert _stats(tenant)["total"]["reviews"] == 0
