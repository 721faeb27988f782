"""PATCH /v1/outreach/replies/{reply_id}/classification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock
from tests.functions.workers.test_classify_reply import (
    AUTOMATIC,
    INTERESTED,
    NO_SUCH_USER,
    REPORT,
    UNSUBSCRIBE,
    conversation,
    prospect_state,
    replied,
    status,
    suppressed,
    switch_ai_off,
)
from tests.support import replies
from tests.support.callrail import actions, events, stored
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.replies import DANA, classified, classify, enrolled, shown, task
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def patch(tenant: Tenant, reply_id: str, key: str | None = None, /, **body: Any) -> ApiResponse:
    path = f"/v1/outreach/replies/{reply_id}/classification"
    return call("PATCH", path, key=key or tenant.write, json_body=body)


def corrected(tenant: Tenant, reply_id: str, key: str | None = None, /, **body: Any) -> Any:
    found = patch(tenant, reply_id, key, **body)
    assert found.status == 200, found.text
    return found.json


def test_a_correction_counts_and_the_answer_of_the_engine_stays_beside_it(tenant: Tenant) -> None:
    before = classified(tenant, INTERESTED)

    found = corrected(tenant, before["id"], classification="question", note="They ask for prices.")

    counts = found["classification"]
    assert (counts["classification"], counts["confidence"], counts["provenance"]) == ("question", 1.0, None)
    assert found["engine_classification"] == before["classification"]
    correction = found["correction"]
    assert (correction["note"], correction["by"]["type"]) == ("They ask for prices.", "api_key")
    assert correction["at"] == found["corrected_at"] == counts["classified_at"]
    assert (found["version"], found["needs_review"]) == (before["version"] + 1, False)
    after = shown(tenant, before["id"])
    assert {name: after[name] for name in found if name != "classification"} == {
        name: value for name, value in found.items() if name != "classification"
    }
    assert after["classification"] == {**counts, "evidence": []}


def test_a_correction_takes_the_reply_out_of_review(tenant: Tenant) -> None:
    reply = classified(tenant, "Please call.")
    assert reply["needs_review"] is True

    corrected(tenant, reply["id"], classification="interested")

    assert call("GET", "/v1/outreach/replies?needs_review=true", key=tenant.read).json["data"] == []
    assert len(events("outreach.email.replied", tenant.id)) == 1, "once for each reply"


def test_days_belong_to_their_class(tenant: Tenant) -> None:
    reply = classified(tenant, INTERESTED)

    found = corrected(tenant, reply["id"], classification="not_now", resume_after="2026-06-01")

    assert found["classification"]["resume_after"] == "2026-06-01"
    for body in ({"classification": "interested", "resume_after": "2026-06-01"},
                 {"classification": "not_now", "return_date": "2026-06-01"}):  # fmt: skip
        refused = patch(tenant, reply["id"], **body)
        assert refused.status == 422, refused.text


def test_the_same_correction_again_changes_nothing(tenant: Tenant) -> None:
    reply = classified(tenant, INTERESTED)
    first = corrected(tenant, reply["id"], classification="question")

    assert corrected(tenant, reply["id"], classification="question") == first
    assert actions("reply", tenant.id).count("reply.corrected") == 1


@pytest.mark.parametrize(
    ("classification", "reason"), [("unsubscribe", "unsubscribed"), ("hostile", "hostile")]
)
def test_a_wish_that_the_engine_missed_suppresses_at_once(
    tenant: Tenant, classification: str, reason: str
) -> None:
    enrollment, email = conversation(tenant)
    reply = replied(tenant, email, "Please call.")

    found = corrected(tenant, reply["id"], classification=classification)

    assert suppressed(tenant) == {DANA: reason}
    assert found["suppression_ids"] == [item["id"] for item in stored("SUPPRESSION", tenant.id)]
    assert prospect_state(tenant, enrollment) == "opted_out"
    assert status(tenant, enrollment) == ("stopped", "replied"), "stopped by the reply already"


def test_a_person_whom_the_engine_took_for_a_machine_stops_the_sequence(tenant: Tenant) -> None:
    enrollment, email = conversation(tenant)
    reply = replied(tenant, email, "I am out of the office until May 5, 2026.", headers=AUTOMATIC)
    assert status(tenant, enrollment) == ("paused", None)

    found = corrected(tenant, reply["id"], classification="question")

    assert (found["sequence_effect"], status(tenant, enrollment)) == ("stopped", ("stopped", "replied"))
    assert [occurrence.type for occurrence in replies.stored_email(tenant, email).occurrences].count(
        "replied"
    ) == 1


def test_a_return_date_pauses_what_is_still_active(tenant: Tenant) -> None:
    enrollment, email = conversation(tenant)
    reply = replied(tenant, email, "Thank you for your message. We have received it.", headers=AUTOMATIC)
    assert status(tenant, enrollment) == ("active", None)

    corrected(tenant, reply["id"], classification="out_of_office", return_date="2026-06-01")

    found = replies.stored_enrollment(tenant, enrollment)
    assert (found.status, found.resume_at) == ("paused", clock.parse("2026-06-01T05:00:00.000Z"))


def test_a_stopped_enrollment_stays_stopped(tenant: Tenant) -> None:
    enrollment, email = conversation(tenant)
    reply = replied(tenant, email, INTERESTED)

    found = corrected(tenant, reply["id"], classification="auto_reply")

    assert (found["sequence_effect"], status(tenant, enrollment)) == ("stopped", ("stopped", "replied"))
    assert [occurrence.type for occurrence in replies.stored_email(tenant, email).occurrences].count(
        "replied"
    ) == 1


@pytest.mark.parametrize(
    ("classification", "expected"),
    [
        ("question", ("active", None)),
        ("out_of_office", ("active", None)),
        ("unsubscribe", ("stopped", "unsubscribed")),
    ],
)
def test_a_newer_enrollment_stops_only_for_a_wish(
    tenant: Tenant, classification: str, expected: tuple[str, str | None]
) -> None:
    _, email = conversation(tenant)
    reply = replied(tenant, email, INTERESTED)
    again = enrolled(tenant)

    corrected(tenant, reply["id"], classification=classification)

    assert status(tenant, again) == expected


@pytest.mark.parametrize(
    ("by_admin", "note", "lifted"),
    [
        (True, "They meant the newsletter.", True),
        (True, None, False),
        (False, "They meant the newsletter.", False),
    ],
)
def test_a_wish_that_was_none_is_lifted_by_an_admin_with_a_reason(
    tenant: Tenant, by_admin: bool, note: str | None, lifted: bool
) -> None:
    _, email = conversation(tenant)
    reply = replied(tenant, email, UNSUBSCRIBE)
    key = tenant.admin if by_admin else tenant.write

    found = corrected(tenant, reply["id"], key, classification="interested", note=note)

    assert suppressed(tenant) == ({} if lifted else {DANA: "unsubscribed"})
    assert found["suppression_ids"] == ([] if lifted else reply["suppression_ids"])
    assert ("suppression.deleted" in actions("suppression", tenant.id)) is lifted


def test_an_admin_may_lift_what_a_writer_could_not(tenant: Tenant) -> None:
    _, email = conversation(tenant)
    reply = replied(tenant, email, UNSUBSCRIBE)
    corrected(tenant, reply["id"], classification="interested")

    found = corrected(
        tenant, reply["id"], tenant.admin, classification="interested", note="A misunderstanding."
    )

    assert (found["suppression_ids"], suppressed(tenant)) == ([], {})


def test_a_mailbox_that_lives_is_lifted_by_anybody_who_may_write(tenant: Tenant) -> None:
    _, email = conversation(tenant)
    reply = replied(tenant, email, NO_SUCH_USER, sender="mailer-daemon@example.com", headers=REPORT)
    assert suppressed(tenant) == {DANA: "bounced"}

    found = corrected(tenant, reply["id"], classification="other")

    assert (found["suppression_ids"], suppressed(tenant)) == ([], {})


def test_what_another_caused_is_not_lifted(tenant: Tenant) -> None:
    _, email = conversation(tenant)
    body = {"address": DANA, "reason": "manual"}
    assert call("POST", "/v1/outreach/suppressions", key=tenant.write, json_body=body).status == 201
    reply = replied(tenant, email, INTERESTED)

    corrected(tenant, reply["id"], tenant.admin, classification="other", note="No.")

    assert suppressed(tenant) == {DANA: "manual"}


def test_from_one_wish_to_another_the_suppression_stays(tenant: Tenant) -> None:
    _, email = conversation(tenant)
    reply = replied(tenant, email, UNSUBSCRIBE)

    found = corrected(tenant, reply["id"], tenant.admin, classification="hostile", note="A threat.")

    assert found["suppression_ids"] == reply["suppression_ids"]
    assert DANA in suppressed(tenant)


def test_without_ai_the_correction_is_the_first_classification(tenant: Tenant) -> None:
    switch_ai_off(tenant)
    _, email = conversation(tenant)
    reply = replied(tenant, email, UNSUBSCRIBE)

    found = corrected(tenant, reply["id"], classification="unsubscribe")

    assert (found["engine_classification"], found["needs_review"]) == (None, False)
    assert suppressed(tenant) == {DANA: "unsubscribed"}
    (event,) = events("outreach.email.replied", tenant.id)
    assert event["classification"]["classification"] == "unsubscribe"
    corrected(tenant, reply["id"], classification="hostile")
    assert len(events("outreach.email.replied", tenant.id)) == 1


def test_the_audit_record_has_the_class_and_no_note(tenant: Tenant) -> None:
    reply = classified(tenant, INTERESTED)
    corrected(tenant, reply["id"], classification="question", note="Zoltan asks.")

    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "reply.corrected"]
    changes = {change["field"]: change["to"] for change in json.loads(json.dumps(record["changes"]))}
    assert changes["correction.classification"] == "question"
    assert "Zoltan" not in str(record)


def test_a_correction_races_with_another_change(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    enrollment, email = conversation(tenant)
    reply = replied(tenant, email, "I am out of the office until May 5, 2026.", headers=AUTOMATIC)

    with overtaken(monkeypatch, lambda: replied(tenant, email, INTERESTED)):
        corrected(tenant, reply["id"], classification="question")

    assert status(tenant, enrollment) == ("stopped", "replied")
    assert actions("enrollment", tenant.id).count("enrollment.stopped") == 1


def test_a_reply_that_is_being_classified_is_refused(tenant: Tenant) -> None:
    reply_id = replies.received(tenant, INTERESTED)

    assert patch(tenant, reply_id, classification="other").status == 409

    assert classify(task(tenant, reply_id)) == []
    assert patch(tenant, reply_id, classification="other").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"classification": None},
        {"classification": "angry"},
        {"classification": "other", "note": "x" * 2001},
        {"classification": "other", "confidence": 1},
        {"classification": "not_now", "resume_after": "tomorrow"},
    ],
)
def test_wrong_bodies_are_refused(tenant: Tenant, body: dict[str, Any]) -> None:
    reply = classified(tenant, INTERESTED)

    assert patch(tenant, reply["id"], **body).status == 422


def test_another_tenant_and_a_reader_cannot_correct(tenant: Tenant) -> None:
    reply_id = replies.received(tenant, INTERESTED)

    assert patch(tenant, reply_id, new_tenant("Other").admin, classification="other").status == 404
    assert patch(tenant, reply_id, tenant.test_admin, classification="other").status == 404
    assert patch(tenant, reply_id, tenant.read, classification="other").status == 403


def test_another_version_is_refused(tenant: Tenant) -> None:
    _, email = conversation(tenant)
    reply = replied(tenant, email, UNSUBSCRIBE)
    path = f"/v1/outreach/replies/{reply['id']}/classification"

    refused = call(
        "PATCH", path, key=tenant.write, json_body={"classification": "other"}, headers={"If-Match": '"1"'}
    )

    assert (refused.status, suppressed(tenant)) == (412, {DANA: "unsubscribed"})
