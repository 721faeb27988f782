"""Outreach: the rows of a sequence, what keeps it from being active, quotes, wishes of recipients, and limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.outreach.deliverability import model as deliverability_model
from eal.domain.outreach.sequences import model as sequence_model
from eal.domain.outreach.suppressions.model import KEPT_BY_LAW
from eal_dashboard.pages import deliverability, sequences, suppressions
from eal_dashboard.texts import NOTHING, delay, marked, rate
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tests.support.dashboard import Page
    from tools.fixtures.dashboard import FakeApi

ULID = "01kq09bekje6vbq5xe2b60xtww"
SEQUENCES = "/outreach/sequences"
SEQUENCE = f"{SEQUENCES}/seq_{ULID}"
VARIANTS = [
    {"name": "a", "weight": 1, "subject": "Did this reach you?", "body": "Who gets the call at night?"},
    {"name": "b", "weight": 1, "subject": "A pipe at 2 a.m.", "body": "Who gets the call?"},
]


def example(operation: str, **changed: Any) -> dict[str, Any]:
    return {**examples()[operation][1], **changed}


def test_rules_are_those_of_the_api() -> None:
    assert sequences.MOVES == sequence_model.TRANSITIONS
    assert sequences.MIN_FOLLOW_UP_HOURS == sequence_model.MIN_FOLLOW_UP_HOURS
    for name in ("MAX_BOUNCE_RATE", "MAX_COMPLAINT_RATE", "MIN_SENT_FOR_BOUNCES", "MIN_SENT_FOR_COMPLAINTS"):
        assert getattr(deliverability, name) == getattr(deliverability_model, name)
    assert deliverability_model.WINDOW.days == deliverability.WINDOW_DAYS
    assert suppressions.WISHES == KEPT_BY_LAW


def test_a_sequence_has_the_e_mails_with_a_text_in_their_order(api: FakeApi) -> None:
    written = {
        "name": "Plumbers",
        "send_window.start": "09:00",
        "send_window.end": "17:00",
        "send_window.days": ["mon", "tue"],
        "steps.0.delay_hours": "0",
        "steps.0.subject": "Hello",
        "steps.0.body": "Who gets the call?",
        "steps.1.delay_hours": "72",  # proposed by the form, and left without a text
        "steps.2.delay_hours": "96",
        "steps.2.subject": "A last note",
        "steps.2.body": "Our number works at any hour.",
    }
    done = signed_in().fill(f"{SEQUENCES}/new", "createSequence", **written)

    assert done.location == f"{SEQUENCE}?done=createSequence"
    (sent,) = api.sent("createSequence")
    assert sent.body == {
        "name": "Plumbers",
        "send_window": {"start": "09:00", "end": "17:00", "days": ["mon", "tue"]},
        "steps": [
            {"delay_hours": 0, "subject": "Hello", "body": "Who gets the call?"},
            {"delay_hours": 96, "subject": "A last note", "body": "Our number works at any hour."},
        ],
    }


def test_an_edit_shows_every_e_mail_and_keeps_variants(api: FakeApi) -> None:
    steps = [
        *example("getSequence")["steps"],
        {"delay_hours": 72, "subject": None, "body": None, "variants": VARIANTS},
    ]
    api.responses["getSequence"] = lambda _: (200, example("getSequence", steps=steps))
    member = signed_in()
    shown = member.get(f"{SEQUENCE}/edit")
    assert "E-mail 2" in shown.words
    assert "Variant 2" in shown.words
    assert "Did this reach you?" in shown.text
    assert "Add e-mail" in shown.words

    written = {"steps.1.delay_hours": "48", "name": "Plumbers", **variants(1, VARIANTS)}
    member.post(f"{SEQUENCE}/edit", {**shown.hidden("updateSequence"), **written})
    body = api.sent("updateSequence")[0].body or {}
    assert body["steps"] == [{"delay_hours": 48, "subject": None, "body": None, "variants": VARIANTS}]


def variants(step: int, entered: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {
        f"steps.{step}.variants.{name}": [str(variant[name]) for variant in entered]
        for name in ("name", "weight", "subject", "body")
    }


def test_the_text_of_an_e_mail_becomes_its_first_variant_and_the_last_one_its_text(api: FakeApi) -> None:
    member = signed_in()
    written = {"steps.0.delay_hours": "0", "steps.0.subject": "Did this <i>", "steps.0.body": "Who?"}
    edit = f"{SEQUENCES}/new"
    shown = member.fill(edit, "createSequence", **written, _change="add steps.0.variants")

    assert not api.sent("createSequence")
    assert 'name="steps.0.subject"' not in shown.text
    assert fields(shown, "steps.0.variants.name") == ["A", "B"]
    assert fields(shown, "steps.0.variants.subject") == ["Did this &lt;i&gt;", ""]
    assert fields(shown, "steps.0.variants.weight") == ["1", "1"]

    back = member.post(
        edit,
        {
            **shown.hidden("createSequence"),
            "steps.0.delay_hours": "0",
            **variants(0, VARIANTS),
            "_change": "remove steps.0.variants 0",
        },
    )
    assert not fields(back, "steps.0.variants.name")
    assert fields(back, "steps.0.subject") == ["A pipe at 2 a.m."]


def fields(shown: Page, name: str) -> list[str]:
    return re.findall(rf'<input [^>]*name="{re.escape(name)}"[^>]* value="([^"]*)"', shown.text)


def test_e_mails_are_added_moved_and_removed_without_a_call_that_changes(api: FakeApi) -> None:
    member = signed_in()
    shown = member.get(f"{SEQUENCE}/edit")
    hidden = shown.hidden("updateSequence")
    written = {
        "name": "Mine",
        "steps.0.delay_hours": "0",
        "steps.0.subject": "One",
        "steps.0.body": "a",
        "steps.1.delay_hours": "72",
        **variants(1, VARIANTS),
    }
    added = member.post(f"{SEQUENCE}/edit", {**hidden, **written, "_change": "add steps"})
    assert fields(added, "steps.2.delay_hours") == ["72"]
    assert fields(added, "name") == ["Mine"]

    moved = member.post(f"{SEQUENCE}/edit", {**hidden, **written, "_change": "up steps 1"})
    assert fields(moved, "steps.0.variants.name") == ["a", "b"]
    assert fields(moved, "steps.1.subject") == ["One"]

    removed = member.post(f"{SEQUENCE}/edit", {**hidden, **written, "_change": "remove steps 0"})
    assert fields(removed, "steps.0.delay_hours") == ["72"]
    assert "E-mail 2" not in removed.words

    assert not [request for request in api.requests if request.operation == "updateSequence"]


@pytest.mark.parametrize("is_edited", [False, True])
def test_e_mails_that_somebody_else_added_are_not_lost_with_a_stale_form(
    is_edited: bool, api: FakeApi
) -> None:
    """The e-mails are one: taken over as a whole if the person left them alone, or else kept as the person has them."""
    mine = [{"delay_hours": 0, "subject": "One", "body": "a", "variants": []}]
    theirs = [*mine, {"delay_hours": 72, "subject": "Two", "body": "b", "variants": []}]
    sequences = iter([example("getSequence", steps=mine), example("getSequence", steps=theirs, version=2)])
    api.responses["getSequence"] = lambda _: (200, next(sequences))
    stale = {"code": "precondition_failed", "message": "No."}
    api.responses["updateSequence"] = lambda _: (412, {"error": stale})
    member = signed_in()
    hidden = member.get(f"{SEQUENCE}/edit").hidden("updateSequence")
    subject = "First" if is_edited else "One"
    written = {"steps.0.delay_hours": "0", "steps.0.subject": subject, "steps.0.body": "a"}

    shown = member.post(f"{SEQUENCE}/edit", {**hidden, "name": "Mine", **written})

    assert shown.status == 412
    assert fields(shown, "name") == ["Mine"]
    assert fields(shown, "steps.0.subject") == [subject]
    assert fields(shown, "steps.1.subject") == ([] if is_edited else ["Two"])
    assert ("Somebody else changed these steps." in shown.words) == is_edited


def test_an_e_mail_without_a_text_does_not_shift_the_faults_of_the_others(api: FakeApi) -> None:
    faults = [{"location": "body", "pointer": "/steps/0/variants/1/body", "message": "Too long."}]
    error = {"code": "validation_error", "message": "No.", "details": {"fields": faults}}
    api.responses["createSequence"] = lambda _: (422, {"error": error})
    written = {
        "name": "Plumbers",
        "steps.0.delay_hours": "0",
        "steps.0.subject": "",
        "steps.0.body": "",
        "steps.1.delay_hours": "72",
        **variants(1, VARIANTS),
    }
    shown = signed_in().fill(f"{SEQUENCES}/new", "createSequence", **written)

    assert "Variant 2, body: Too long." in shown.words
    assert fields(shown, "steps.0.variants.name") == ["a", "b"]
    assert re.search(r'name="steps.0.variants.body"[^>]* aria-invalid="true"', shown.text)


def test_the_checklist_names_what_is_missing_and_what_the_role_cannot_see(api: FakeApi) -> None:
    api.responses["getSequence"] = lambda _: (200, example("getSequence", status="draft", steps=[]))
    shown = signed_in("owner").get(SEQUENCE)
    assert "At least one e-mail Change it" in shown.words
    assert "A postal address, which US law requires Change it" in shown.words
    assert "Resend connected, which delivers the e-mails Change it" in shown.words

    assert "Resend connected, which delivers the e-mails An admin can see this." in (
        signed_in("member").get(SEQUENCE).words
    )
    assert "Resend" not in signed_in("owner", mode="test").get(SEQUENCE).words


def test_what_the_api_finds_missing_is_shown_at_activation(api: FakeApi) -> None:
    fields = [{"location": "body", "pointer": "/steps/0/body", "message": "There is no variable 'nam'."}]
    api.responses["getSequence"] = lambda _: (200, example("getSequence", status="paused"))
    api.responses["transitionSequence"] = lambda _: (
        422,
        {"error": {"code": "validation_error", "message": "No.", "details": {"fields": fields}}},
    )
    shown = signed_in().fill(SEQUENCE, "activateSequence")

    assert shown.status == 422
    assert "There is no variable 'nam'." in shown.words
    assert api.sent("transitionSequence")[0].body == {"to": "active"}


def test_an_enrollment_shows_only_its_own_e_mails(api: FakeApi) -> None:
    signed_in().get(f"{SEQUENCE}/enrollments/enr_{ULID}")
    assert api.sent("listOutreachEmails")[0].query["enrollment_id"] == f"enr_{ULID}"


def test_enrolling_shows_each_result(api: FakeApi) -> None:
    shown = signed_in().fill(
        SEQUENCE, "createEnrollments", prospect_ids=f"pros_{ULID}\r\npros_2", lead_ids=""
    )
    assert "1 enrolled, 1 refused" in shown.words
    assert "The address is suppressed." in shown.words
    assert api.sent("createEnrollments")[0].body == {
        "prospect_ids": [f"pros_{ULID}", "pros_2"],
        "lead_ids": [],
    }


def test_an_answer_to_a_reply_begins_with_its_sender(api: FakeApi) -> None:
    member = signed_in()
    assert "<mark>Please get back to us in three months.</mark>" in (
        member.get(f"/outreach/replies/reply_{ULID}").text
    )
    new = member.get(f"/outreach/drafts/new?to=dana%40example.com&prospect_id=pros_{ULID}")
    assert new.text.count('value="dana@example.com"') == 2
    assert new.text.count(f'value="pros_{ULID}"') == 2


def test_a_blocked_draft_cannot_be_sent_from_its_page(api: FakeApi) -> None:
    finding = {
        "rule": "arrival_promise",
        "level": "block",
        "field": "body",
        "quote": "Hello Dana",
        "advice": "Promise no time.",
    }
    member = signed_in()
    path = f"/outreach/drafts/draft_{ULID}"
    assert 'value="sendDraft"' in member.get(path).text
    api.responses["getDraft"] = lambda _: (200, example("getDraft", findings=[finding]))
    shown = member.get(path)
    assert 'value="sendDraft"' not in shown.text
    assert "<mark>Hello Dana</mark>" in shown.text


def test_a_draft_that_is_being_written_is_looked_at_again(api: FakeApi) -> None:
    path = f"/outreach/drafts/draft_{ULID}"
    assert "hx-trigger" not in signed_in().get(path).text
    api.responses["getDraft"] = lambda _: (
        200,
        example("getDraft", status="writing", subject=None, body=None, provenance=None),
    )
    assert 'hx-trigger="every 3s"' in signed_in().get(path).text


def test_a_wish_of_the_recipient_is_removed_with_a_reason_in_the_query(api: FakeApi) -> None:
    path = f"/outreach/suppressions/sup_{ULID}"
    member = signed_in()
    assert "The recipient asked for this" in member.get(path).words
    done = member.fill(path, "deleteSuppression", reason="They asked for e-mail again.")

    assert done.location == "/outreach/suppressions?done=deleteSuppression"
    (sent,) = api.sent("deleteSuppression")
    assert (sent.query, sent.body) == ({"reason": "They asked for e-mail again."}, None)
    assert 'value="deleteSuppression"' not in signed_in("member").get(path).text


def test_the_list_of_suppressions_is_a_file_with_the_filters_of_the_page(api: FakeApi) -> None:
    member = signed_in("admin")
    path = "/outreach/suppressions?reason=bounced"
    assert "export=csv" not in signed_in("member").get(path).text
    assert "/outreach/suppressions?reason=bounced&amp;export=csv" in member.get(path).text
    api.responses["exportSuppressionsCsv"] = lambda _: (200, "address,reason\r\ngone@example.com,bounced\r\n")
    file = member.get(f"{path}&export=csv")

    assert file.text == "address,reason\r\ngone@example.com,bounced\r\n"
    assert file.headers["content-disposition"] == 'attachment; filename="suppressions.csv"'
    assert file.headers["content-type"].startswith("text/csv")
    assert file.headers["cache-control"] == "no-store"
    assert api.sent("exportSuppressionsCsv")[0].query == {"reason": "bounced"}


def test_a_list_that_is_too_long_for_a_file_says_what_to_do(api: FakeApi) -> None:
    api.responses["exportSuppressionsCsv"] = lambda _: (
        422,
        {"error": {"code": "validation_error", "message": "More than 10,000 match."}},
    )
    shown = signed_in().get("/outreach/suppressions?export=csv")
    assert (shown.status, "More than 10,000 match." in shown.words) == (422, True)


def test_a_paused_sender_says_since_when_and_can_be_resumed_by_an_admin(api: FakeApi) -> None:
    sender = {
        **example("getDeliverability")["sender"],
        "status": "paused",
        "reason": "bounces",
        "paused_at": "2026-04-24T17:42:13.902Z",
    }
    api.responses["getDeliverability"] = lambda _: (200, example("getDeliverability", sender=sender))
    shown = signed_in().get("/outreach/deliverability")
    assert "Sending is paused since Apr 24" in shown.words
    assert 'value="resumeSender"' in shown.text
    assert "An admin can resume it." in signed_in("viewer").get("/outreach/deliverability").words


def test_a_rate_is_that_of_seven_days_and_forgets_what_was_before_a_resumption() -> None:
    empty = dict.fromkeys(("sent", "hard_bounced", "complained"), 0)
    groups = [
        {**empty, "day": "2026-11-01", "sent": 200, "hard_bounced": 20},
        {**empty, "day": "2026-11-09", "sent": 10, "hard_bounced": 5},
    ]
    sender: dict[str, Any] = {"resumed_at": None}
    found = {"groups": groups, "sender": sender, "since": "2026-11-01", "until": "2026-11-10"}

    shares = [bar.value for bar in deliverability.shown({"deliverability": found})["bounces"]]
    assert shares == [0.1, 0.0, 0.05, 0.05]  # the 7th to the 10th; ten e-mails count as a hundred
    sender["resumed_at"] = "2026-11-10T08:00:00.000Z"
    shares = [bar.value for bar in deliverability.shown({"deliverability": found})["bounces"]]
    assert shares == [0.0, 0.0, 0.0, 0.0]


@given(st.text("ab<>&c", max_size=30), st.lists(st.text("ab<>&c", max_size=4), max_size=4))
def test_marks_change_no_text(text: str, quotes: list[str]) -> None:
    plain = str(marked(text, quotes)).replace("<mark>", "").replace("</mark>", "")
    assert plain == str(marked(text, []))


def test_delays_and_rates_are_easy_to_read() -> None:
    assert delay(0, 0) == "At once after the enrollment"
    assert delay(25, 1) == "1 day 1 hour after e-mail 1"
    assert (rate(None), rate(0.0213), rate(0.0005)) == (NOTHING, "2.1%", "0.05%")
