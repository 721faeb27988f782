"""Round trips: the number of AWS calls of an endpoint in a warm process. Each call costs time and money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.core.secrets import decrypt, derived_key
from tests.support.endpoints import WITHOUT_ITEM, Endpoint, endpoints, prepared
from tests.support.faults import watched_calls
from tests.support.grants import recorded_calls, refused
from tests.support.http import ApiResponse, call
from tests.support.tenants import new_child
from tools.rehearse import calls as calls_to_aws

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

BUDGET = {"GET": 2, "create": 2, "change": 3}
"""Authentication and a read, or authentication and a commit; a change reads before it commits. An endpoint with another
number states it in its decorator, as `round_trips`, with the reason: a new one is a decision."""


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    """A child organization, because only a child can grant."""
    return new_child()


def _expected(endpoint: Endpoint) -> int:
    if (stated := endpoint.route.round_trips) is not None:
        return stated
    if endpoint.method == "GET":
        return BUDGET["GET"]
    return BUDGET["change" if endpoint.route.path_parameters else "create"]


ALL = [endpoint for endpoint in endpoints() if endpoint.name != "POST /v1/sessions"]
"""Endpoints except the sign-in: its time is that of two requests to the user pool."""


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.name)
def test_a_warm_endpoint_makes_the_expected_number_of_calls_to_aws_and_its_role_allows_them(
    tenant: Tenant, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, body, credential = prepared(endpoint, tenant)
    _warm(endpoint, path, tenant)

    def request(key: str) -> ApiResponse:
        headers = {"Idempotency-Key": key} if endpoint.route.replayable else {}
        return call(endpoint.method, path, key=credential, json_body=body, headers=headers)

    with recorded_calls(monkeypatch) as recorded:
        with watched_calls(monkeypatch) as calls:
            response = request("once")
        derived_key.cache_clear()
        decrypt.cache_clear()
        request("again")  # as a new process would; a change that has been made is refused after its reads

    assert response.status == 404 if endpoint.name in WITHOUT_ITEM else response.status < 300, response.text
    assert len(calls.made) == _expected(endpoint), calls.made
    assert not refused(endpoint.folder, recorded)
    names = [each.name for each in ALL]
    calls_to_aws.write("endpoints", endpoint.name, names, {endpoint.folder: recorded})


def _warm(endpoint: Endpoint, path: str, tenant: Tenant) -> None:
    """Send the requests that create clients, derive the cursor key, cache the service area and name the keys in use."""
    address = {"line1": "1 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "warm@example.com", "address": address})
    call("GET", "/v1/leads?limit=1", key=tenant.admin)
    call("POST", "/v1/api-keys", key=tenant.admin, json_body={"name": "warm", "scopes": ["read"]})
    if endpoint.method == "GET":
        call("GET", path, key=tenant.admin)


def test_a_replay_makes_two_calls_to_aws(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"email": "a@example.com"}
    call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=headers)

    with watched_calls(monkeypatch) as calls:
        response = call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=headers)

    assert response.headers["Idempotent-Replayed"] == "true"
    assert calls.made == ["UpdateItem", "TransactWriteItems"]


def test_a_rejected_key_makes_at_most_one_call_to_aws(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/leads", key=tenant.read[:-1] + ("a" if tenant.read[-1] != "a" else "b"))
        assert calls.made == []
        call("POST", "/v1/leads", key=tenant.read, json_body={})
        assert calls.made == ["UpdateItem"]
