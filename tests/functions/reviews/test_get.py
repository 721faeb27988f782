"""GET /v1/reviews/{review_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.reviews import PATH, ingested, shown

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_earlier_versions_are_shown_newest_first(tenant: Tenant) -> None:
    review = ingested(tenant, rating=1)
    for rating in (2, 3, 4):
        ingested(tenant, rating=rating)

    found = shown(tenant, review["id"])

    assert (found["rating"], found["version"]) == (4, 4)
    assert [(earlier["version"], earlier["rating"]) for earlier in found["earlier_versions"]] == [
        (3, 3),
        (2, 2),
        (1, 1),
    ]


def test_no_more_than_twenty_versions_are_shown(tenant: Tenant) -> None:
    review = ingested(tenant, text="0")
    for number in range(1, 23):
        ingested(tenant, text=str(number))

    texts = [earlier["text"] for earlier in shown(tenant, review["id"])["earlier_versions"]]
    assert texts == [str(number) for number in range(21, 1, -1)]


def test_another_tenants_review_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    review = ingested(stranger)

    for key in (tenant.read, stranger.test_admin):
        assert call("GET", f"{PATH}/{review['id']}", key=key).status == 404
