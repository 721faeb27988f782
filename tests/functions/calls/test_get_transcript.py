"""GET /v1/calls/{call_id}/transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock, ids
from tests.functions.calls.test_create import post
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

TRANSCRIPT = (
    "Rochelle: Thanks for calling Harbor Dry, how can I help?\n"
    "Caller: Hi, my name is Dana Ruiz and a pipe burst, my basement is flooded, call me at 612-555-0144.\n"
    "Rochelle: Dana, is it 44 Alder Court?\n"
    "Caller: Yes, I own the house."
)


def created(tenant: Tenant, **changes: Any) -> str:
    response = post(tenant, **{"transcript": TRANSCRIPT, **changes})
    assert response.status == 201, response.text
    return str(response.json["id"])


def get(tenant: Tenant, call_id: str, query: str = "") -> Any:
    response = call("GET", f"/v1/calls/{call_id}/transcript{query}", key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def test_a_transcript_has_its_speakers_and_turns(tenant: Tenant) -> None:
    call_id = created(tenant)

    found = get(tenant, call_id)

    assert found == {
        "call_id": call_id,
        "redacted": False,
        "text": TRANSCRIPT,
        "turns": [
            {"index": 0, "speaker": "agent", "text": "Thanks for calling Harbor Dry, how can I help?"},
            {"index": 1, "speaker": "caller", "text": TRANSCRIPT.splitlines()[1].removeprefix("Caller: ")},
            {"index": 2, "speaker": "agent", "text": "Dana, is it 44 Alder Court?"},
            {"index": 3, "speaker": "caller", "text": "Yes, I own the house."},
        ],
        "redactions": [],
        "version": 1,
    }


def test_a_redacted_transcript_has_no_personal_data_and_the_same_positions(tenant: Tenant) -> None:
    call_id = created(tenant, caller_name="Dana Ruiz")

    hidden = get(tenant, call_id, "?redacted=true")

    assert hidden["redacted"] is True
    assert hidden["text"].splitlines() == [
        "********: Thanks for calling Harbor Dry, how can I help?",
        "Caller: Hi, my name is **** **** and a pipe burst, my basement is flooded, call me at ***-***-****.",
        "********: ****, is it ** ***** *****?",
        "Caller: Yes, I own the house.",
    ]
    plain = get(tenant, call_id)
    assert [(turn["index"], turn["speaker"], len(turn["text"])) for turn in hidden["turns"]] == [
        (turn["index"], turn["speaker"], len(turn["text"])) for turn in plain["turns"]
    ]
    values = [
        (span["kind"], plain["turns"][span["turn"]]["text"][span["start"] : span["end"]])
        for span in hidden["redactions"]
    ]
    assert values == [
        ("name", "Dana Ruiz"), ("phone", "612-555-0144"), ("name", "Dana"), ("address", "44 Alder Court"),
    ]  # fmt: skip
    for span in hidden["redactions"]:
        assert set(hidden["turns"][span["turn"]]["text"][span["start"] : span["end"]]) <= set("* -")


def test_the_name_of_caller_id_is_redacted_although_nobody_introduces_herself(tenant: Tenant) -> None:
    transcript = "Agent: Hello.\nCaller: Tell abernathy it leaks."

    named = get(
        tenant, created(tenant, transcript=transcript, caller_name="EARL ABERNATHY"), "?redacted=true"
    )
    other = get(
        tenant,
        created(tenant, transcript=transcript, caller_name=None, vendor_call_id="c-2"),
        "?redacted=true",
    )

    assert named["turns"][1]["text"] == "Tell ********* it leaks."
    assert other["turns"][1]["text"] == "Tell abernathy it leaks."


def test_a_call_shows_its_quotes_redacted_at_their_positions(tenant: Tenant) -> None:
    call_id = created(tenant)
    Pipeline().run()
    path = f"/v1/calls/{call_id}"

    plain = call("GET", path, key=tenant.read).json
    hidden = call("GET", f"{path}?redacted=true", key=tenant.read).json

    assert hidden["transcript"]["turns"] == get(tenant, call_id, "?redacted=true")["turns"]
    quotes = plain["classification"]["evidence"]
    assert quotes
    for shown in (plain, hidden):
        for run in (shown["classification"], *shown["classification_runs"]):
            for before, after in zip(quotes, run["evidence"], strict=True):
                at = plain["transcript"]["turns"][before["turn"]]["text"].index(before["quote"])
                turn = shown["transcript"]["turns"][before["turn"]]["text"]
                assert turn[at : at + len(before["quote"])] == after["quote"]
    unchanged = plain.keys() - {"transcript", "classification", "classification_runs"}
    assert {name: hidden[name] for name in unchanged} == {name: plain[name] for name in unchanged}


def test_a_call_without_a_transcript_is_404(tenant: Tenant) -> None:
    call_id = created(tenant, transcript=None)

    response = call("GET", f"/v1/calls/{call_id}/transcript", key=tenant.read)

    assert (response.status, response.error) == (404, "not_found")
    assert "transcript" in response.json["error"]["message"]


def test_a_transcript_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    call_id = created(tenant)

    for key in (stranger.admin, tenant.test_admin):
        assert call("GET", f"/v1/calls/{call_id}/transcript", key=key).status == 404
    unknown = ids.new("call", clock.now())
    assert call("GET", f"/v1/calls/{unknown}/transcript", key=tenant.read).status == 404


@pytest.mark.parametrize(
    "query", ["redacted=maybe", "redacted=", "redact=true", "redacted=true&redacted=false"]
)
def test_a_wrong_query_is_422(tenant: Tenant, query: str) -> None:
    path = f"/v1/calls/{created(tenant)}"

    for address in (path, f"{path}/transcript"):
        assert call("GET", f"{address}?{query}", key=tenant.read).status == 422


def test_a_transcript_is_read_in_two_round_trips(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = created(tenant)

    with watched_calls(monkeypatch) as calls:
        response = call("GET", f"/v1/calls/{call_id}/transcript", key=tenant.read)

    assert calls.made == ["UpdateItem", "TransactGetItems"]
    assert (
        call(
            "GET",
            f"/v1/calls/{call_id}/transcript",
            key=tenant.read,
            headers={"If-None-Match": response.headers["ETag"]},
        ).status
        == 304
    )
