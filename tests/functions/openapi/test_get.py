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
        answer = call("GET", "/v1/openapi.json")

    assert answer.status == 200
    assert answer.text.encode() == openapi.PATH.read_bytes()
    assert answer.headers["Content-Type"].startswith("application/json")
    assert "X-RateLimit-Limit" not in answer.headers
    assert calls.made == []


def test_it_says_what_it_is(cloud: None) -> None:
    shown = call("GET", "/v1/openapi.json").json

    assert shown["openapi"].startswith("3.1")
    assert [one["url"] for one in shown["servers"]] == ["https://expertailabs.ai/api/v1", "/api/v1"]
    assert "/leads" in shown["paths"]
    assert "lead.created" in shown["webhooks"]


def test_a_key_is_neither_needed_nor_looked_at(cloud: None) -> None:
    assert call("GET", "/v1/openapi.json", key="eal_live_nonsense").status == 200
