"""Reviews of a tenant, by its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.http import ApiResponse, call
from tests.support.outreach import SENDER

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


def post(tenant: Tenant, key: str | None = None, **fields: object) -> ApiResponse:
    return call("POST", PATH, key=key or tenant.write, json_body={**REVIEW, **fields})


def ingested(tenant: Tenant, key: str | None = None, **fields: object) -> dict[str, Any]:
    """A review as the answer shows it, whether new or not."""
    response = post(tenant, key, **fields)
    assert response.status in (200, 201), response.text
    review: dict[str, Any] = response.json
    return review


def shown(tenant: Tenant, review_id: str) -> dict[str, Any]:
    response = call("GET", f"{PATH}/{review_id}", key=tenant.read)
    assert response.status == 200, response.text
    review: dict[str, Any] = response.json
    return review


REQUESTS = "/v1/reviews/requests"
PAGE_URL = "https://g.page/r/acme/review"
CUSTOMER: dict[str, Any] = {"name": "Dana Reyes", "email": "dana@example.com", "job_reference": "R-1042"}


def set_up(tenant: Tenant, **outreach: object) -> None:
    """A sender, a page for reviews, and settings of outreach."""
    settings = {"sender": SENDER, "outreach": outreach, "reviews": {"google_review_url": PAGE_URL}}
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": settings})
    assert response.status == 200, response.text


def send_request(tenant: Tenant, key: str | None = None, **fields: object) -> ApiResponse:
    body = {**CUSTOMER, **fields}
    given = {name: value for name, value in body.items() if value is not None}
    return call("POST", REQUESTS, key=key or tenant.write, json_body=given)


def requested(tenant: Tenant, key: str | None = None, **fields: object) -> dict[str, Any]:
    response = send_request(tenant, key, **fields)
    assert response.status == 202, response.text
    request: dict[str, Any] = response.json
    return request


def request_shown(tenant: Tenant, request_id: str, key: str | None = None) -> dict[str, Any]:
    response = call("GET", f"{REQUESTS}/{request_id}", key=key or tenant.read)
    assert response.status == 200, response.text
    request: dict[str, Any] = response.json
    return request
