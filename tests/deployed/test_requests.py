"""The API over HTTP on the deployed stack: envelope, concurrent requests, isolation."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tools.fixtures.client import send

if TYPE_CHECKING:
    from tools.fixtures.client import ApiResponse, Stack

pytestmark = pytest.mark.deployed


def _email() -> str:
    return f"{secrets.token_hex(8)}@example.com"


def _at_once(count: int, stack: Stack, method: str, path: str, key: str, **more: object) -> list[ApiResponse]:
    with ThreadPoolExecutor(count) as threads:
        requests = [threads.submit(stack.call, method, path, key=key, **more) for _ in range(count)]  # type: ignore[arg-type]
        return [request.result() for request in requests]


def _actions(stack: Stack, key: str, resource: str, resource_id: str) -> list[str]:
    """The actions in the audit log of a resource. Its index is eventually consistent on AWS, but not in this stack."""
    path = f"/audit-log?resource_type={resource}&resource_id={resource_id}&limit=200"
    return [record["action"] for record in stack.call("GET", path, key=key).json["data"]]


def test_health_returns_the_documented_fields(stack: Stack) -> None:
    response = stack.call("GET", "/health", key=stack.keys["live_admin"])

    assert response.status == 200
    assert set(response.json) == {
        "status", "version", "tenant_id", "environment", "scopes", "rate_limit_remaining", "timestamp",
    }  # fmt: skip
    assert (response.json["status"], response.json["version"], response.json["environment"]) == (
        "ok",
        "v1",
        "live",
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("PUT", "/leads", 405, "method_not_allowed"),
        ("GET", "/health", 401, "missing_key"),
    ],
)
def test_every_error_has_the_envelope(stack: Stack, method: str, path: str, status: int, code: str) -> None:
    response = stack.call(method, path)

    assert (response.status, response.json["error"]["code"]) == (status, code)
    assert response.json["error"]["details"]["request_id"]


def test_fifty_concurrent_identical_requests_create_one_lead_and_get_equal_responses(
    stack: Stack, key: str
) -> None:
    email = _email()

    responses = _at_once(
        50,
        stack,
        "POST",
        "/leads",
        key,
        body={"email": email},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )

    assert {response.status for response in responses} == {201}
    assert len({response.body for response in responses}) == 1
    found = stack.call("GET", f"/leads?email={email}", key=key).json["data"]
    assert [lead["id"] for lead in found] == [responses[0].json["id"]]
    log = stack.call("GET", f"/audit-log?resource_type=lead&resource_id={found[0]['id']}", key=key).json[
        "data"
    ]
    assert [record["action"] for record in log] == ["lead.created"]


def test_of_fifty_concurrent_transitions_one_succeeds_and_the_others_conflict(stack: Stack, key: str) -> None:
    lead = stack.call("POST", "/leads", key=key, body={"email": _email()}).json

    responses = _at_once(50, stack, "POST", f"/leads/{lead['id']}/transitions", key, body={"to": "contacted"})

    assert sorted(response.status for response in responses) == [200] + [409] * 49
    assert {response.json["error"]["code"] for response in responses if response.status == 409} <= {
        "illegal_transition",
        "conflict",
    }
    assert stack.call("GET", f"/leads/{lead['id']}", key=key).json["version"] == 2
    assert _actions(stack, key, "lead", lead["id"]).count("lead.transitioned") == 1


def test_fifty_concurrent_rotations_of_a_key_create_one_key(stack: Stack, key: str) -> None:
    old = stack.call("POST", "/api-keys", key=key, body={"name": _email(), "scopes": ["read"]}).json

    responses = _at_once(50, stack, "POST", f"/api-keys/{old['id']}/rotate", key)

    assert sorted(response.status for response in responses) == [200] + [409] * 49
    losers = {response.json["error"]["details"]["status"] for response in responses if response.status == 409}
    assert losers == {"rotating"}
    (new,) = (response.json for response in responses if response.status == 200)
    shown = stack.call("GET", f"/api-keys/{old['id']}", key=key).json
    assert (shown["status"], shown["replaced_by"], shown["version"]) == ("rotating", new["id"], 2)
    for text in (old["key"], new["key"]):
        assert stack.call("GET", "/health", key=text).status == 200
    assert _actions(stack, key, "api_key", old["id"]).count("api_key.rotated") == 1


def test_fifty_concurrent_revocations_of_the_last_two_admin_keys_leave_one(stack: Stack, key: str) -> None:
    first = stack.call("POST", "/organizations", key=key, body={"name": "Race"}).json["admin_key"]
    body = {"name": "second", "scopes": ["admin"]}
    second = stack.call("POST", "/api-keys", key=first["key"], body=body).json

    with ThreadPoolExecutor(50) as threads:
        pair = (first, second)
        requests = [
            threads.submit(
                stack.call, "DELETE", f"/api-keys/{pair[n % 2]['id']}", key=pair[n // 2 % 2]["key"]
            )
            for n in range(50)
        ]
        statuses = [request.result().status for request in requests]

    lists = {admin["id"]: stack.call("GET", "/api-keys", key=admin["key"]) for admin in pair}
    assert sorted(response.status for response in lists.values()) == [200, 401]
    (winner,) = (admin for admin in pair if lists[admin["id"]].status == 200)
    assert set(statuses) <= {204, 401, 409}
    assert statuses.count(204) >= 1
    assert stack.call("DELETE", f"/api-keys/{winner['id']}", key=winner["key"]).status == 409
    for admin in pair:
        revoked = 0 if admin is winner else 1
        assert _actions(stack, winner["key"], "api_key", admin["id"]).count("api_key.revoked") == revoked


def test_fifty_concurrent_leads_with_one_email_create_one_lead(stack: Stack, key: str) -> None:
    email = _email()

    responses = _at_once(50, stack, "POST", "/leads", key, body={"email": email})

    assert sorted(response.status for response in responses) == [201] + [409] * 49
    winner = next(response.json["id"] for response in responses if response.status == 201)
    assert {response.json["error"]["details"]["id"] for response in responses if response.status == 409} == {
        winner
    }


def test_a_revoked_key_is_rejected_on_the_next_request(stack: Stack, key: str) -> None:
    made = stack.call("POST", "/api-keys", key=key, body={"name": "x", "scopes": ["read"]}).json
    assert stack.call("GET", "/leads", key=made["key"]).status == 200

    assert stack.call("DELETE", f"/api-keys/{made['id']}", key=key).status == 204

    response = stack.call("GET", "/leads", key=made["key"])
    assert (response.status, response.json["error"]["code"]) == (401, "revoked_key")


def test_the_rate_limit_is_exact_for_concurrent_requests(stack: Stack, key: str) -> None:
    limit = {"per_minute": 20, "burst": 20}
    made = stack.call(
        "POST", "/api-keys", key=key, body={"name": "x", "scopes": ["read"], "rate_limit": limit}
    )
    responses = _at_once(45, stack, "GET", "/health", made.json["key"])

    admitted = sum(response.status == 200 for response in responses)
    # A new minute may begin during the requests, which then have a second budget.
    assert admitted in (20, *range(21, 41))
    assert all(response.status in (200, 429) for response in responses)
    refused = [response for response in responses if response.status == 429]
    assert all(1 <= int(response.headers["Retry-After"]) <= 60 for response in refused)
    assert refused


def test_the_modes_do_not_share_data(stack: Stack, key: str, test_key: str) -> None:
    lead = stack.call("POST", "/leads", key=test_key, body={"email": _email()}).json

    assert stack.call("GET", f"/leads/{lead['id']}", key=test_key).status == 200
    assert stack.call("GET", f"/leads/{lead['id']}", key=key).status == 404


def test_a_body_with_any_characters_is_unchanged(stack: Stack, key: str) -> None:
    name = "Zoë 🌊 漢字"
    lead = stack.call("POST", "/leads", key=key, body={"email": _email(), "first_name": name}).json

    assert stack.call("GET", f"/leads/{lead['id']}", key=key).json["first_name"] == name


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", None])
def test_a_body_that_is_not_utf_8_is_400(stack: Stack, key: str, media_type: str | None) -> None:
    email = _email()
    headers = {"Authorization": f"Bearer {key}", **({"Content-Type": media_type} if media_type else {})}
    body = f'{{"email": "{email}", "first_name": "José"}}'.encode("latin-1")

    response = send("POST", f"{stack.api_url}/leads", body, headers)

    assert (response.status, response.json["error"]["code"]) == (400, "invalid_request")
    assert stack.call("GET", f"/leads?email={email}", key=key).json["data"] == []


def test_a_replacement_character_in_the_callers_body_is_preserved(stack: Stack, key: str) -> None:
    body = f'{{"email": "{_email()}", "first_name": "Jos\ufffd"}}'.encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    response = send("POST", f"{stack.api_url}/leads", body, headers)

    assert (response.status, response.json["first_name"]) == (201, "Jos\ufffd")


@pytest.mark.parametrize("tag", ['"no-such"', 'W/"no-such"', 'W/"1"', '"1-gzip"'])
def test_an_if_match_with_an_unknown_tag_is_412(stack: Stack, key: str, tag: str) -> None:
    lead = stack.call("POST", "/leads", key=key, body={"email": _email()}).json

    response = stack.call("PATCH", f"/leads/{lead['id']}", key=key, body={}, headers={"If-Match": tag})

    assert (response.status, response.json["error"]["code"]) == (412, "precondition_failed")


def test_the_openapi_document_needs_no_key(stack: Stack) -> None:
    response = send("GET", f"{stack.api_url}/openapi.json", None, {})

    assert (response.status, response.json["openapi"][:3]) == (200, "3.1")
    assert "/leads" in response.json["paths"]
