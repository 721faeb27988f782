"""ANY / and ANY /{proxy+}: requests without an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.faults import watched_calls
from tests.support.http import call, load_app, proxy_event

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", "/v1/nothing", "/v2/leads", "/leads", "/api/leads", "/v1/leads/", "/v1/leads/a/b/c",
     "/v1/%00", "/v1/" + "x" * 100_000, "/v1//transitions", "/v1/leads//transitions"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "TRACE"])
def test_an_unknown_path_is_404_in_the_envelope(cloud: None, method: str, path: str) -> None:
    response = call(method, path)

    assert (response.status, response.error) == (404, "not_found")
    assert response.json["error"]["details"] == {"request_id": response.headers["X-Request-Id"]}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "Allow" not in response.headers


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/leads", "GET, POST"),
        ("HEAD", "/v1/leads", "GET, POST"),
        ("OPTIONS", "/v1/leads/lead_1", "DELETE, GET, PATCH"),
        ("GET", "/v1/leads/lead_1/transitions", "POST"),
        ("PUT", "/v1/api-keys/key_1", "DELETE, GET, PATCH"),
        ("POST", "/v1/openapi.json", "GET"),
        ("POST", "/api/v1/health", "GET"),
        ("GET", "/v1/inbound/callrail/conn_1/post-call", "POST"),
    ],
)
def test_a_known_path_with_another_method_is_405_with_allow(
    cloud: None, method: str, path: str, allow: str
) -> None:
    response = call(method, path)

    assert (response.status, response.error) == (405, "method_not_allowed")
    assert response.headers["Allow"] == allow
    assert response.json["error"]["details"]["allowed"] == allow.split(", ")


def test_a_request_for_an_existing_route_is_404(cloud: None) -> None:
    event = proxy_event("GET", "/v1/leads")

    response = load_app("unknown_route/refuse").handler(event, None)

    assert response["statusCode"] == 404


def test_neither_key_nor_database_is_read(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        response = call("GET", "/v1/nothing", key=tenant.admin)

    assert response.status == 404
    assert "X-RateLimit-Limit" not in response.headers
    assert calls.made == []
