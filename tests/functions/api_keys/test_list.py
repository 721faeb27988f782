"""GET /v1/api-keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eal.core import aws
from tests.support.http import call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def test_keys_of_both_modes_are_listed_newest_first_with_revoked_ones(
    tenant: Tenant, stranger: Tenant
) -> None:
    key = call("POST", "/v1/api-keys", key=tenant.admin, json_body={"name": "A", "scopes": ["read"]}).json
    call("DELETE", f"/v1/api-keys/{key['id']}", key=tenant.admin)

    response = call("GET", "/v1/api-keys", key=tenant.admin)

    shown = [(key["name"], key["mode"], key["status"]) for key in response.json["data"]]
    assert shown == [
        ("A", "live", "revoked"),
        ("test", "test", "active"),
        ("read", "live", "active"),
        ("write", "live", "active"),
        ("First admin key", "live", "active"),
    ]
    for text in (tenant.admin, tenant.read, key["key"]):
        assert text not in response.text


def test_keys_are_paginated(tenant: Tenant) -> None:
    found, cursor = [], ""
    while True:
        page = call("GET", f"/v1/api-keys?limit=3&order=asc{cursor}", key=tenant.admin).json
        found += [key["name"] for key in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert found == ["First admin key", "write", "read", "test"]


def test_unprocessed_keys_make_the_list_unavailable(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    send = aws.Client.call
    requests: list[str] = []

    def busy(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "BatchGetItem":
            return send(client, operation, arguments)
        requests.append(operation)
        return {"Responses": {}, "UnprocessedKeys": arguments["RequestItems"] if len(requests) < 50 else {}}

    monkeypatch.setattr(aws.Client, "call", busy)
    monkeypatch.setattr("eal.core.table.contention.pause", lambda _attempt: None)

    response = call("GET", "/v1/api-keys", key=tenant.admin)

    assert (response.status, response.error) == (503, "unavailable")
