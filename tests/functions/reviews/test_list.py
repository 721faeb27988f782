"""GET /v1/reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import call
from tests.support.reviews import PATH, ingested

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _listed(tenant: Tenant, query: str = "") -> list[Any]:
    response = call("GET", f"{PATH}{query}", key=tenant.read)
    assert response.status == 200, response.text
    return [review["external_id"] for review in response.json["data"]]


def test_reviews_are_listed_newest_first_without_their_earlier_versions(tenant: Tenant) -> None:
    for name in ("a", "b", "c"):
        ingested(tenant, external_id=name)
    ingested(tenant, external_id="a", rating=5)

    assert _listed(tenant) == ["c", "b", "a"]
    assert _listed(tenant, "?order=asc") == ["a", "b", "c"]
    (first, *_) = call("GET", PATH, key=tenant.read).json["data"]
    assert "earlier_versions" not in first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?surface=google", ["c", "a"]),
        ("?surface=yelp", []),
        ("?rating=5", ["b", "a"]),
        ("?surface=google&rating=5", ["a"]),
        ("?status=received", ["c", "b", "a"]),
        ("?status=deleted", []),
    ],
)
def test_filters(tenant: Tenant, query: str, expected: list[str]) -> None:
    ingested(tenant, external_id="a", rating=5)
    ingested(tenant, external_id="b", surface="facebook", rating=5)
    ingested(tenant, external_id="c", rating=1)

    assert _listed(tenant, query) == expected


def test_a_page_continues_where_the_one_before_ended(tenant: Tenant) -> None:
    for name in ("a", "b", "c"):
        ingested(tenant, external_id=name)

    page = call("GET", f"{PATH}?surface=google&limit=2", key=tenant.read).json
    rest = call("GET", f"{PATH}?surface=google&limit=2&cursor={page['next_cursor']}", key=tenant.read).json

    assert [review["external_id"] for review in (*page["data"], *rest["data"])] == ["c", "b", "a"]
    assert rest["next_cursor"] is None
