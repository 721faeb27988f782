"""GET /v1/calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.callrail import connect
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.stored_items import Snapshot
from tests.support.tenants import Tenant, new_tenant
from tools.fixtures.callrail import TRANSCRIPT


def bodies() -> list[tuple[str, dict[str, Any]]]:
    """Five calls: a qualified emergency, a wrong number, a missed one, one in progress, and an outbound one."""
    return [
        (
            "post-call",
            {
                "resource_id": "emergency",
                "direction": "inbound",
                "customer_phone_number": "+15550100002",
                "answered": True,
                "duration": "94",
                "transcription": TRANSCRIPT,
            },
        ),
        (
            "post-call",
            {
                "resource_id": "wrong",
                "direction": "inbound",
                "customer_phone_number": "+15550100003",
                "answered": True,
                "transcription": "Agent: Summit Restoration.\nCaller: Oh sorry, I have the wrong number.",
            },
        ),
        (
            "post-call",
            {"resource_id": "missed", "direction": "inbound", "answered": "false", "duration": "0"},
        ),
        (
            "pre-call",
            {"resource_id": "ongoing", "direction": "inbound", "customer_phone_number": "+15550100002"},
        ),
        ("outbound-post-call", {"resource_id": "ours", "direction": "outbound", "duration": "30"}),
    ]


def names(response_json: Any) -> set[str]:
    return {item["vendor_call_id"] for item in response_json["data"]}


_classified: list[tuple[Tenant, Snapshot]] = []
"""The tenant of the five calls, and the tables after their classification, which takes longer than the tests."""


@pytest.fixture
def calls(cloud: None) -> Tenant:
    if not _classified:
        tenant = new_tenant()
        connection = connect(tenant.admin)
        for kind, body in bodies():
            assert connection.send(kind, json.dumps(body).encode()).status == 202
        Pipeline().run()
        _classified.append((tenant, Snapshot.taken()))
    [(tenant, tables)] = _classified
    tables.restore()
    return tenant


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"emergency", "wrong", "missed", "ongoing", "ours"}),
        ("status=needs_review", {"emergency", "missed"}),
        ("status=in_progress", {"ongoing"}),
        ("status=received", {"ours"}),
        ("status=closed", {"wrong"}),
        ("status=dispatched", set()),
        ("intent=water", {"emergency"}),
        ("intent=wrong_number", {"wrong"}),
        ("urgency=emergency", {"emergency"}),
        ("qualified=true", {"emergency"}),
        ("qualified=false", {"wrong"}),
        ("qualified=undetermined", {"missed"}),
        ("direction=outbound", {"ours"}),
        ("direction=inbound", {"emergency", "wrong", "missed", "ongoing"}),
        ("answered=true", {"emergency", "wrong"}),
        ("answered=false", {"missed"}),
        ("caller_number=%2B15550100002", {"emergency", "ongoing"}),
        ("caller_number=(555)%20010-0002&status=needs_review", {"emergency"}),
        ("caller_number=%2B15550100009", set()),
        ("created_after=2020-01-01T00:00:00Z", {"emergency", "wrong", "missed", "ongoing", "ours"}),
        ("created_before=2020-01-01T00:00:00Z", set()),
        ("updated_after=2020-01-01T00:00:00Z&direction=outbound", {"ours"}),
        ("updated_after=2099-01-01T00:00:00Z", set()),
    ],
)
def test_each_filter_finds_its_calls(calls: Tenant, query: str, expected: set[str]) -> None:
    response = call("GET", f"/v1/calls?{query}", key=calls.read)

    assert response.status == 200, response.text
    assert names(response.json) == expected
    assert response.json["next_cursor"] is None


@pytest.mark.parametrize("query", ["limit=2", "limit=1&status=needs_review", "limit=1&direction=inbound"])
def test_pages_join_without_gap_or_repetition(calls: Tenant, query: str) -> None:
    unpaged = call("GET", f"/v1/calls?{query.replace('limit=2', '').replace('limit=1', '')}", key=calls.read)
    seen: list[str] = []
    path = f"/v1/calls?{query}"
    while True:
        response = call("GET", path, key=calls.admin).json
        seen += [item["id"] for item in response["data"]]
        if response["next_cursor"] is None:
            break
        path = f"/v1/calls?{query}&cursor={response['next_cursor']}"

    assert seen == [item["id"] for item in unpaged.json["data"]]
    assert seen == sorted(seen, reverse=True)


def test_lists_have_no_transcript_recording_or_quotes(calls: Tenant) -> None:
    response = call("GET", "/v1/calls", key=calls.read)

    for item in response.json["data"]:
        assert not {"transcript", "recording_url", "classification_runs"} & item.keys()
    assert "sparking" not in response.text


def test_a_list_takes_two_round_trips(calls: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as made:
        call("GET", "/v1/calls?status=needs_review", key=calls.read)

    assert made.made == ["UpdateItem", "Query"]


@pytest.mark.parametrize(
    "query",
    [
        "status=open",
        "intent=flood",
        "urgency=5",
        "qualified=maybe",
        "direction=up",
        "answered=perhaps",
        "caller_number=12",
        "unknown=1",
        "updated_after=yesterday",
        "limit=0",
    ],
)
def test_an_invalid_filter_is_422(tenant: Tenant, query: str) -> None:
    response = call("GET", f"/v1/calls?{query}", key=tenant.read)

    assert (response.status, response.error) == (422, "validation_error")
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/" + query.partition("=")[0]
