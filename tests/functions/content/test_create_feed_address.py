"""POST /v1/content/feed-address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.callrail import actions, stored
from tests.support.faults import overtaken
from tests.support.http import call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

PATH = "/v1/content/feed-address"


def test_the_address_is_that_of_both_feeds(tenant: Tenant) -> None:
    response = call("POST", PATH, key=tenant.admin)

    assert response.status == 201
    token = response.json["json_url"].partition("token=")[2]
    base = "http://api.example.com/api/v1/content/feed"
    assert response.json["json_url"] == f"{base}.json?token={token}"
    assert response.json["atom_url"] == f"{base}.atom?token={token}"
    assert call("GET", PATH, key=tenant.read).json == response.json
    assert actions("feed_address", tenant.id) == ["feed_address.created"]


def test_a_new_address_replaces_the_one_before(tenant: Tenant) -> None:
    first = call("POST", PATH, key=tenant.admin).json

    second = call("POST", PATH, key=tenant.admin)

    assert (second.status, second.json["version"]) == (201, 2)
    assert second.json["json_url"] != first["json_url"]
    assert sorted(actions("feed_address", tenant.id)) == [
        "feed_address.created", "feed_address.created", "feed_address.replaced",
    ]  # fmt: skip
    assert len(stored("FEED_ADDRESS", tenant.id)) == 1


def test_the_token_is_stored_and_audited_nowhere(tenant: Tenant) -> None:
    mac = call("POST", PATH, key=tenant.admin).json["json_url"][-20:]

    kinds = ("FEED_ADDRESS", "AUDIT", "EVENT", "TASK")
    assert not any(mac in str(item) for kind in kinds for item in stored(kind, tenant.id))


def test_of_two_requests_at_once_the_later_address_works(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    with overtaken(monkeypatch, lambda: made.append(call("POST", PATH, key=tenant.admin).json["json_url"])):
        later = call("POST", PATH, key=tenant.admin)

    assert (later.status, later.json["version"]) == (201, 2)
    responses = [
        call("GET", "/v1/content/feed.json?" + url.partition("?")[2])
        for url in (*made, later.json["json_url"])
    ]
    assert [response.status for response in responses] == [401, 200]


def test_each_mode_has_an_address_of_its_own(tenant: Tenant) -> None:
    live = call("POST", PATH, key=tenant.admin).json

    assert call("GET", PATH, key=tenant.test_admin).json["json_url"] is None
    in_test = call("POST", PATH, key=tenant.test_admin).json
    assert in_test["json_url"] != live["json_url"]
    assert call("GET", PATH, key=tenant.read).json == live


def test_a_repeated_request_returns_the_same_address(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = (call("POST", PATH, key=tenant.admin, headers=headers) for _ in range(2))

    assert (second.json, second.headers["Idempotent-Replayed"]) == (first.json, "true")
