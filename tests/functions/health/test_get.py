"""GET /v1/health."""

from tests.support.http import call
from tests.support.tenants import Tenant


def test_the_response_has_tenant_mode_scopes_and_remaining_requests(tenant: Tenant) -> None:
    response = call("GET", "/v1/health", key=tenant.admin)

    assert response.status == 200
    body = response.json
    assert body.pop("timestamp").endswith("Z")
    assert body == {
        "status": "ok",
        "version": "v1",
        "tenant_id": tenant.id,
        "environment": "live",
        "scopes": ["read", "write", "admin"],
        "rate_limit_remaining": 59,
    }
    assert response.headers["X-RateLimit-Remaining"] == "59"
    assert response.headers["X-RateLimit-Limit"] == "60"


def test_without_a_key_the_response_is_401_in_the_envelope(tenant: Tenant) -> None:
    response = call("GET", "/v1/health")

    assert (response.status, response.error) == (401, "missing_key")
    assert response.json["error"]["details"]["request_id"] == response.headers["X-Request-Id"]
    assert "X-RateLimit-Limit" not in response.headers


def test_a_rejected_key_gets_the_challenge_of_rfc_6750(tenant: Tenant) -> None:
    assert call("GET", "/v1/health").headers["WWW-Authenticate"] == "Bearer"
    unknown = "eal_live_" + "0" * 38
    assert (
        call("GET", "/v1/health", key=unknown).headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    )
    assert "WWW-Authenticate" not in call("GET", "/v1/health", key=tenant.read).headers
