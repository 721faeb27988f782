"""Calls: filters, quotes in the transcript, corrections, and what may be done in which state."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal_dashboard.pages.calls import parts
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

    type Json = dict[str, Any]

CALL = "/calls/call_01kq09bekje6vbq5xe2b60xtwz"


def call(**changes: Any) -> Json:
    return {**examples()["getCall"][1], **changes}


def serve(api: FakeApi, **changes: Any) -> None:
    api.responses["getCall"] = lambda _: (200, call(**changes))


def test_a_day_in_the_filter_begins_in_the_zone_of_the_organization(api: FakeApi) -> None:
    shown = signed_in().get("/calls?status=&urgency=high&answered=false&created_after=2026-04-24")

    assert api.sent("listCalls")[0].query == {
        "limit": "25",
        "urgency": "high",
        "answered": "false",
        "created_after": "2026-04-24T05:00:00.000Z",  # Chicago
    }
    assert 'value="2026-04-24"' in shown.text


@pytest.mark.parametrize("text", ["2026-13-40", "yesterday", "0001-01-01", "2026-04-24T00:00:00Z"])
def test_another_time_in_the_filter_is_left_to_the_api(api: FakeApi, text: str) -> None:
    assert signed_in().get(f"/calls?created_after={text}").status == 200


@pytest.mark.parametrize(
    ("address", "view"),
    [("/calls", "All"), ("/calls?urgency=emergency", "Emergencies"), ("/calls?urgency=low", None)],
)
def test_the_view_that_is_shown_is_marked(api: FakeApi, address: str, view: str | None) -> None:
    nav = re.search(r'<nav class="segments".*?</nav>', signed_in().get(address).text, re.DOTALL)
    assert nav
    assert re.findall(r'aria-current="true">([^<]+)', nav[0]) == ([view] if view else [])


def test_no_match_and_no_call_have_different_texts(api: FakeApi) -> None:
    api.responses["listCalls"] = lambda _: (200, {"data": [], "next_cursor": None})

    assert "No calls yet" in signed_in().get("/calls").words
    assert "No call matches" in signed_in().get("/calls?urgency=low").words


def test_a_quote_is_marked_and_leads_to_its_field_and_back(api: FakeApi) -> None:
    text = signed_in().get(CALL).text

    assert "<mark>My basement is flooding</mark>" in text
    assert 'href="#field-intent"' in text
    assert 'id="field-intent"' in text
    assert 'href="#turn-1">Turn 2</a>' in text
    assert 'id="turn-1"' in text


TEXT = st.text(alphabet="ab .<", max_size=30)


@given(TEXT, st.lists(st.tuples(st.sampled_from(["intent", "urgency"]), TEXT), max_size=4))
def test_the_parts_of_a_turn_are_its_text(text: str, quotes: list[tuple[str, str]]) -> None:
    found = parts(text, quotes)

    assert "".join(part["text"] for part in found) == text
    assert all(part["text"] for part in found)


def test_quotes_that_overlap_keep_both_fields() -> None:
    found = parts(
        "Water is coming in, fast", [("intent", "water is  coming in"), ("urgency", "coming in, fast")]
    )

    assert [(part["text"], part["is_quoted"], part["fields"]) for part in found] == [
        ("Water is ", True, []),
        ("coming in", True, ["intent"]),
        (", fast", True, ["urgency"]),
    ]


def test_the_switch_redacts_the_transcript(api: FakeApi) -> None:
    shown = signed_in().get(f"{CALL}?redacted=true")

    assert api.sent("getCall")[0].query == {"redacted": "true"}
    assert f'href="{CALL}"' in shown.text


def test_the_form_of_a_correction_has_what_counts_and_what_the_engine_answered(api: FakeApi) -> None:
    sample = call()
    counts = {**sample["classification"], "urgency": "low", "qualified": None}
    correction = {
        "at": "2026-04-24T18:00:00.000Z",
        "by": {"type": "member", "id": "mem_01kq09bekje6vbq5xe2b60xtww"},
        "fields": {"urgency": "low", "qualified": None},
        "note": "A leak from last week.",
    }
    serve(api, classification=counts, correction=correction)
    shown = signed_in().get(CALL)

    assert "The engine answered: Emergency (94%)." in shown.words
    assert "Corrected; the engine answered Yes" in shown.words
    assert '<option value="low" selected>' in shown.text
    assert '<option value="" selected>Cannot be known from the call' in shown.text
    assert ">A leak from last week.</textarea>" in shown.text


@pytest.mark.parametrize(("chosen", "sent"), [("true", True), ("false", False), ("", None)])
def test_a_correction_sends_the_four_answers(api: FakeApi, chosen: str, sent: bool | None) -> None:
    done = signed_in().fill(
        CALL, "correctClassification", intent="mold", urgency="normal", qualified=chosen, note=""
    )

    assert done.status == 303
    (received,) = api.sent("correctClassification")
    assert received.body == {
        "intent": "mold",
        "urgency": "normal",
        "qualified": sent,
        "safety": False,
        "note": None,
    }
    assert received.headers["If-Match"] == '"3"'


def test_a_refused_correction_keeps_what_was_chosen(api: FakeApi) -> None:
    error = {"error": {"code": "conflict", "message": "Not now.", "details": {}}}
    api.responses["correctClassification"] = lambda _: (409, error)
    shown = signed_in().fill(CALL, "correctClassification", intent="mold", urgency="low", qualified="false")

    assert "Not now." in shown.words
    assert '<option value="mold" selected>' in shown.text
    assert '<option value="false" selected>' in shown.text


def test_a_correction_is_withdrawn_by_null(api: FakeApi) -> None:
    serve(
        api,
        correction={
            "at": "2026-04-24T18:00:00.000Z",
            "by": {"type": "member", "id": "mem_01kq09bekje6vbq5xe2b60xtww"},
            "fields": {"urgency": "low"},
            "note": None,
        },
    )
    signed_in().fill(CALL, "withdrawCorrection")

    assert api.sent("correctClassification")[0].body == {"correction": None}


def test_an_override_sends_its_time_in_utc_and_the_rules_decide_without_a_body(api: FakeApi) -> None:
    entered = {"action": "callback", "reason": "The caller prefers it.", "due_at": "2026-04-25T09:00"}
    signed_in().fill(CALL, "dispatchCall", **entered)
    signed_in().fill(CALL, "decideByRules")

    override, again = api.sent("dispatchCall")
    assert override.body == {
        "action": "callback",
        "reason": "The caller prefers it.",
        "due_at": "2026-04-25T14:00:00.000Z",
    }
    assert again.body == {}


def test_forms_are_shown_where_the_api_would_accept_them(api: FakeApi) -> None:
    def forms(**changes: Any) -> set[str]:
        serve(api, **changes)
        return set(re.findall(r'name="_form" value="(\w+)"', signed_in().get(CALL).text))

    dispatch = call()["dispatch"]
    results = {"callbackReached", "callbackVoicemail", "callbackNoAnswer"}
    late = {"createCallback", "dispatchCall", "decideByRules", "acknowledgeDispatch", *results}
    classifying = {"correctClassification", "classifyCall"}
    assert forms() == late | classifying | {"eraseCall", "declineDispatch"}
    assert "declineDispatch" not in forms(dispatch={**dispatch, "escalation": None})
    assert "acknowledgeDispatch" not in forms(
        dispatch={**dispatch, "acknowledged_at": "2026-04-24T17:43:00.000Z"}
    )
    assert "acknowledgeDispatch" not in forms(dispatch={**dispatch, "action": "reject"})
    assert not classifying & forms(direction="outbound", classification=None, classification_runs=[])
    assert forms(ended_at=None, dispatch=None, classification=None, classification_runs=[]) == {"eraseCall"}
    assert "classifyCall" not in forms(transcript_deleted_at="2026-04-24T17:43:00.000Z", transcript=None)


def test_a_call_is_erased_after_the_word_was_typed(api: FakeApi) -> None:
    refused = signed_in().fill(CALL, "eraseCall", _confirmation="yes")
    assert refused.status == 422
    assert "Type erase to confirm." in refused.words
    assert not api.sent("eraseCall")

    done = signed_in().fill(CALL, "eraseCall", _confirmation=" Erase ")
    assert (done.status, done.location) == (303, "/calls?done=eraseCall")
    assert api.sent("eraseCall")[0].headers["If-Match"] == '"3"'


def test_a_member_cannot_erase(api: FakeApi) -> None:
    assert 'value="eraseCall"' not in signed_in("member").get(CALL).text


def test_the_recording_opens_beside_the_page_without_a_referrer(api: FakeApi) -> None:
    serve(api, recording_url="https://recordings.example.com/a?b=1&c=2")
    found = re.search(r'<a class="button" href="(https://[^"]+)"([^>]*)>', signed_in().get(CALL).text)

    assert found
    assert unescape(found[1]) == "https://recordings.example.com/a?b=1&c=2"
    assert 'rel="noopener noreferrer"' in found[2]


def test_the_simulator_starts_with_the_facts_of_the_call(api: FakeApi) -> None:
    found = re.search(r'href="(/dispatch\?[^"]+)"', signed_in().get(CALL).text)
    assert found
    address = unescape(found[1])
    assert parse_qs(urlsplit(address).query) == {
        "intent": ["water"],
        "urgency": ["emergency"],
        "confidence": ["0.918"],
        "hazards": ["electrical"],
        "qualified": ["true"],
        "safety": ["true"],
        "postal_code": ["94601"],
    }
    text = signed_in().get(address).text
    assert '<option value="water" selected>' in text
    assert 'value="94601"' in text
    assert ">electrical</textarea>" in text


def test_the_simulator_shows_the_decision_and_keeps_the_facts(api: FakeApi) -> None:
    dispatch = call()["dispatch"]
    decision = {
        name: dispatch[name] for name in ("action", "reasons", "due_at", "assigned_to", "assigned_phone")
    }
    api.responses["simulateDispatch"] = lambda _: (200, decision)
    facts = {
        "facts.intent": "water",
        "facts.urgency": "high",
        "facts.qualified": "",
        "facts.confidence": "0.4",
    }
    shown = signed_in().fill("/dispatch", "simulateDispatch", **facts)

    assert api.sent("simulateDispatch")[0].body == {
        "facts": {
            "intent": "water",
            "urgency": "high",
            "confidence": 0.4,
            "safety": False,
            "hazards": [],
            "unsure": [],
        }
    }
    assert "Dispatch now" in shown.words
    assert "Safety first Danger" in shown.words
    assert '<option value="high" selected>' in shown.text
    assert 'value="0.4"' in shown.text


@pytest.mark.parametrize(
    ("form", "status"),
    [("callbackReached", "reached"), ("callbackVoicemail", "voicemail"), ("callbackNoAnswer", "attempted")],
)
def test_the_result_of_a_callback_takes_one_press(api: FakeApi, form: str, status: str) -> None:
    serve(api, status="callback_due", ended_at="2026-04-24T17:42:11.314Z")
    done = signed_in().fill(CALL, form)

    assert done.location == f"{CALL}?done={form}"
    assert [request.body for request in api.sent("createCallback")] == [{"status": status}]


def test_a_call_leads_to_a_claim_that_is_filled_in(api: FakeApi) -> None:
    serve(api, ended_at="2026-04-24T17:42:11.314Z")
    link = re.search(r'href="(/claims/new\?[^"]+)">Open a claim', signed_in().get(CALL).text)
    assert link
    opened = signed_in().get(unescape(link[1]))

    assert 'value="call_' in opened.text
