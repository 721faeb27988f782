"""GET /v1/openapi.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.entry.http import openapi
from tests.support.faults import watched_calls
from tests.support.http import call

if TYPE_CHECKING:
    import pytest


def test_the_committed_document_is_served_without_a_key_and_without_aws(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        response = call("GET", "/v1/openapi.json")

    assert response.status == 200
    assert response.text.encode() == openapi.PATH.read_bytes()
    assert response.headers["Content-Type"].startswith("application/json")
    assert "X-RateLimit-Limit" not in response.headers
    assert calls.made == []


def test_the_document_has_its_version_servers_paths_and_webhooks(cloud: None) -> None:
    document = call("GET", "/v1/openapi.json").json

    assert document["openapi"].startswith("3.1")
    assert [server["url"] for server in document["servers"]] == ["https://expertailabs.ai/api/v1", "/api/v1"]
    assert "/leads" in document["paths"]
    assert "lead.created" in document["webhooks"]


def test_a_stack_with_a_domain_of_its_own_serves_it_with_another_entity_tag(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = call("GET", "/v1/openapi.json")
    monkeypatch.setenv("API_HOST", "api.example.com")
    _forget()
    try:
        theirs = call("GET", "/v1/openapi.json", headers={"If-None-Match": ours.headers["ETag"]})
    finally:
        _forget()

    assert theirs.status == 200
    assert theirs.json["servers"][0]["url"] == "https://api.example.com/api/v1"
    assert theirs.text == ours.text.replace(
        "https://expertailabs.ai/api/v1", "https://api.example.com/api/v1"
    )
    assert theirs.headers["ETag"] != ours.headers["ETag"]


def _forget() -> None:
    """Read the document again, as a new process does."""
    openapi.text.cache_clear()
    openapi.etag.cache_clear()


def test_an_invalid_key_is_ignored(cloud: None) -> None:
    assert call("GET", "/v1/openapi.json", key="eal_live_nonsense").status == 200


def test_a_client_that_has_the_document_gets_304(cloud: None) -> None:
    first = call("GET", "/v1/openapi.json")
    cached = {name: first.headers[name] for name in ("ETag", "Cache-Control", "Vary")}

    again = call("GET", "/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    changed = call("GET", "/v1/openapi.json", headers={"If-None-Match": 'W/"0"'})

    assert (again.status, again.text, {name: again.headers[name] for name in cached}) == (304, "", cached)
    assert (changed.status, changed.text) == (200, first.text)
    assert cached["ETag"].startswith('W/"')
    assert cached["Cache-Control"] == "no-store"
    assert cached["Vary"] == "Accept-Encoding"
