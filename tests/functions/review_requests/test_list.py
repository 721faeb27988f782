"""GET /v1/reviews/requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.http import call
from tests.support.reviews import REQUESTS, requested, set_up

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c", "b", "a"]),
        ("?order=asc", ["a", "b", "c"]),
        ("?email=B@example.com", ["b"]),
        ("?email=x@example.com", []),
        ("?status=queued", ["c", "b", "a"]),
        ("?status=sent", []),
        ("?job_reference=job-c", ["c"]),
        ("?email=b@example.com&job_reference=job-c", []),
    ],
)
def test_filters(tenant: Tenant, query: str, expected: list[str]) -> None:
    set_up(tenant)
    for name in ("a", "b", "c"):
        requested(tenant, name=name, email=f"{name}@example.com", job_reference=f"job-{name}")

    response = call("GET", f"{REQUESTS}{query}", key=tenant.read)

    assert response.status == 200, response.text
    assert [request["name"] for request in response.json["data"]] == expected


def test_the_requests_to_a_lead(tenant: Tenant) -> None:
    set_up(tenant)
    lead_id = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json["id"]
    request = requested(tenant, lead_id=lead_id)
    requested(tenant, email="b@example.com")

    found = call("GET", f"{REQUESTS}?lead_id={lead_id}", key=tenant.read).json["data"]
    assert [review_request["id"] for review_request in found] == [request["id"]]
