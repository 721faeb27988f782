"""Reviews of a tenant, by its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.http import Answer, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

REVIEW: dict[str, Any] = {
    "surface": "google",
    "external_id": "AbFvOqmExample",
    "rating": 2,
    "text": "They came late, but the basement is dry.",
    "author": "Dana R.",
    "reviewed_at": "2026-04-24T15:20:00.000Z",
}
PATH = "/v1/reviews"


def post(tenant: Tenant, key: str | None = None, **fields: object) -> Answer:
    return call("POST", PATH, key=key or tenant.write, json_body={**REVIEW, **fields})


def ingested(tenant: Tenant, key: str | None = None, **fields: object) -> dict[str, Any]:
    """A review as the answer shows it, whether new or not."""
    answer = post(tenant, key, **fields)
    assert answer.status in (200, 201), answer.text
    review: dict[str, Any] = answer.json
    return review


def shown(tenant: Tenant, review_id: str) -> dict[str, Any]:
    answer = call("GET", f"{PATH}/{review_id}", key=tenant.read)
    assert answer.status == 200, answer.text
    review: dict[str, Any] = answer.json
    return review
