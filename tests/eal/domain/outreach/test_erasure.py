"""Remains of outreach to an erased person: that the address gets no e-mail, by its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.calls import erasure as call_erasure
from eal.domain.outreach import addresses
from eal.domain.outreach.suppressions import store as suppressions
from tests.support import callrail, emails, sequences
from tests.support.callrail import events, stored
from tests.support.faults import Killed, stale_indexes, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import connect, enqueued
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from eal.domain.outreach.emails.model import Email
    from tests.support.tenants import Tenant

ADDRESS = "quackenbush@example.com"
WORD = "quackenbush"
PHONE = "+14155550177"
SHA256 = hashlib.sha256(ADDRESS.encode()).hexdigest()


def _mailed(tenant: Tenant, *, enrolled: bool = True) -> tuple[dict[str, Any], Email]:
    """A prospect with an open enrollment, and an e-mail that was sent to it and bounced softly."""
    sequences.be_ready(tenant)
    connection = connect("resend", tenant.admin)
    prospect = sequences.prospect(tenant, ADDRESS, phones=[PHONE])
    fields: dict[str, Any] = {"prospect_id": prospect["id"]}
    if enrolled:
        sequence = sequences.active(tenant)
        enrollment = sequences.enrolled(tenant, sequence["id"], prospect)
        fields |= {"sequence_id": sequence["id"], "enrollment_id": enrollment["id"]}
    email = emails.sent(tenant, ADDRESS, content=f"Hello {WORD}", **fields)
    emails.report(connection, emails.bounced(email, "Transient"))
    return prospect, email


def _erase(tenant: Tenant, prospect: dict[str, Any]) -> None:
    assert call("DELETE", f"/v1/prospects/{prospect['id']}", key=tenant.admin).status == 204
    Pipeline().run()


def _left(tenant: Tenant) -> str:
    return json.dumps([item for item in items() if item["pk"]["S"].startswith(f"{tenant.id}#")]).lower()


def _unsubscribe(tenant: Tenant, email: Email) -> int:
    token = addresses.unsubscribe_token(tenant.in_mode("live"), email.id)
    return call(
        "POST", f"/v1/u/{token}", body="List-Unsubscribe=One-Click", headers={"Content-Type": ""}
    ).status


def test_nothing_names_the_person_and_the_enrollment_is_stopped(tenant: Tenant, stranger: Tenant) -> None:
    prospect, email = _mailed(tenant)
    other = emails.sent(stranger, ADDRESS)
    another = emails.sent(tenant, "other@example.com")
    assert WORD in _left(tenant)

    _erase(tenant, prospect)

    assert WORD not in _left(tenant)
    (enrollment,) = stored("ENROLLMENT", tenant.id)
    assert (enrollment["status"], enrollment["stop_reason"], enrollment["address"]) == (
        "stopped",
        "erased",
        "",
    )
    assert stored("ENROLLMENT_CLAIM", tenant.id) == stored("SOFT_BOUNCES", tenant.id) == []
    assert call("GET", f"{emails.EMAILS_PATH}/{email.id}", key=tenant.read).status == 404
    assert [item["id"] for item in stored("EMAIL", tenant.id)] == [another.id]
    assert [item["sk"] for item in stored("EMAIL_CONTENT", tenant.id)] == [another.id]
    assert [item["email_id"] for item in stored("EMAIL_VENDOR_ID", tenant.id)] == [another.id]
    assert emails.stored(other, stranger).to == ADDRESS


def test_events_of_its_emails_stay_without_personal_values(tenant: Tenant) -> None:
    prospect, email = _mailed(tenant)

    _erase(tenant, prospect)

    (event,) = events("outreach.email.sent", tenant.id)
    assert (event["id"], event["status"], event["prospect_id"]) == (email.id, "sent", prospect["id"])
    assert (event["to"], event["subject"], event["events"]) == ("", "", [])


def test_a_suppression_outlives_the_address_by_its_hash(tenant: Tenant) -> None:
    prospect, email = _mailed(tenant)
    assert _unsubscribe(tenant, email) == 200

    _erase(tenant, prospect)

    assert WORD not in _left(tenant)
    assert suppressions.find(tenant.in_mode("live"), ADDRESS)
    (shown,) = call("GET", f"/v1/outreach/suppressions?address={ADDRESS}", key=tenant.read).json["data"]
    assert (shown["address"], shown["address_sha256"], shown["reason"]) == (None, SHA256, "unsubscribed")
    again = sequences.prospect(tenant, ADDRESS)
    (result,) = sequences.enroll(tenant, sequences.active(tenant)["id"], again).json["data"]
    assert result["status"] != "enrolled"


def test_a_stored_response_loses_the_address(tenant: Tenant) -> None:
    prospect = sequences.prospect(tenant, ADDRESS)
    body = {"address": ADDRESS}
    headers = {"Idempotency-Key": "once"}
    call("POST", "/v1/outreach/suppressions", key=tenant.write, json_body=body, headers=headers)
    assert WORD in json.dumps(items("IDEMPOTENCY"))

    _erase(tenant, prospect)

    assert WORD not in json.dumps(items("IDEMPOTENCY"))


def test_the_link_of_an_erased_email_still_unsubscribes(tenant: Tenant) -> None:
    prospect, email = _mailed(tenant)
    _erase(tenant, prospect)
    (tombstone,) = stored("EMAIL_TOMBSTONE", tenant.id)
    assert tombstone["address_sha256"] == SHA256
    assert email.sent_at
    assert tombstone["ttl"] == int(email.sent_at.timestamp()) + 60 * 86400

    for _ in range(2):
        assert _unsubscribe(tenant, email) == 200

    found = suppressions.find(tenant.in_mode("live"), ADDRESS)
    assert found is not None
    assert (found.reason, found.address, found.email_id) == ("unsubscribed", None, email.id)
    assert WORD not in _left(tenant)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("bounced", "bounced"), ("complained", "complained"), ("delivered", None), ("opened", None)],
)
def test_a_late_event_of_an_erased_email_stores_nothing_personal(
    tenant: Tenant, kind: str, reason: str | None
) -> None:
    prospect, email = _mailed(tenant)
    _erase(tenant, prospect)
    connection = connect("resend", tenant.admin)

    for _ in range(2):
        emails.report(
            connection, emails.bounced(email) if kind == "bounced" else emails.event(kind, email), "msg_9"
        )

    assert WORD not in _left(tenant)
    assert stored("EMAIL_EVENT", tenant.id) == stored("EMAIL", tenant.id) == []
    found = suppressions.find(tenant.in_mode("live"), ADDRESS)
    assert (found and found.reason) == reason


def test_a_closed_enrollment_loses_its_address(tenant: Tenant) -> None:
    prospect, email = _mailed(tenant)
    assert _unsubscribe(tenant, email) == 200
    (closed,) = stored("ENROLLMENT", tenant.id)
    assert closed["address"] == ADDRESS

    _erase(tenant, prospect)

    (enrollment,) = stored("ENROLLMENT", tenant.id)
    assert (enrollment["address"], enrollment["stop_reason"]) == ("", "unsubscribed")
    assert "gsi2pk" not in enrollment
    assert enrollment["salt"] != closed["salt"]


def test_emails_to_an_address_that_a_lead_has_stay_until_the_lead_is_erased(tenant: Tenant) -> None:
    prospect, email = _mailed(tenant, enrolled=False)
    lead = sequences.lead(tenant, ADDRESS)

    _erase(tenant, prospect)
    assert emails.stored(email, tenant).to == ADDRESS

    assert call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin).status == 204
    Pipeline().run()
    assert WORD not in _left(tenant)


def test_an_email_that_was_queued_just_now_is_erased_although_the_index_lacks_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect, _ = _mailed(tenant)
    (item,) = stored("ENROLLMENT", tenant.id)
    task = _task(tenant, prospect)
    with stale_indexes(monkeypatch):
        newest = emails.queued(tenant, ADDRESS, prospect_id=prospect["id"])
        by = emails.sender(tenant)
        was = item["version"]
        assert isinstance(was, int)
        by.transaction.put_version({**item, "last_email_id": newest.id, "version": was + 1}, was=was)
        by.transaction.audit("enrollment.advanced", str(item["id"]))
        by.transaction.commit()
        _consume(task)

    assert WORD not in _left(tenant)


def test_the_enrollment_is_stopped_before_anything_is_erased(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect, _ = _mailed(tenant)
    message = {"resource_id": "SCI1", "source_number": PHONE, "content": WORD}
    _ingest(tenant, "text-message", message)
    task = _task(tenant, prospect)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["DeleteItem"] = "InternalServerError"
        event = sqs_event("EraseTracesQueue", [task])
        assert load_app("workers/erase_traces").handler(event, None)["batchItemFailures"]

    (enrollment,) = stored("ENROLLMENT", tenant.id)
    assert (enrollment["status"], enrollment["stop_reason"]) == ("stopped", "erased")
    assert len(stored("TEXT", tenant.id)) == 1
    _consume(task)
    assert WORD not in _left(tenant)


def test_a_call_that_changes_during_the_erasure_hides_no_email_that_was_queued_just_now(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next try finds no open enrollment any more, and the index lacks its e-mail."""
    prospect, _ = _mailed(tenant)
    phone_call = replace(Call.new(), caller=PHONE)
    silent = {**json.loads(phone_call.event("post-call")), "transcription": ""}
    _ingest(tenant, "post-call", silent)
    (item,) = stored("ENROLLMENT", tenant.id)
    task = _task(tenant, prospect)
    scrub = call_erasure.scrub_traces

    def change(*given: Any) -> None:
        patch.undo()
        _ingest(tenant, "call-modified", {**silent, "duration": "999", "changes": ["duration"]})
        scrub(*given)

    with stale_indexes(monkeypatch), monkeypatch.context() as patch:
        newest = emails.queued(tenant, ADDRESS, prospect_id=prospect["id"])
        by = emails.sender(tenant)
        was = item["version"]
        assert isinstance(was, int)
        by.transaction.put_version({**item, "last_email_id": newest.id, "version": was + 1}, was=was)
        by.transaction.audit("enrollment.advanced", str(item["id"]))
        by.transaction.commit()
        patch.setattr(call_erasure, "scrub_traces", change)
        _consume(task)

    assert stored("CALL", tenant.id) == []
    assert WORD not in _left(tenant)


def _ingest(tenant: Tenant, kind: str, body: dict[str, Any]) -> None:
    """Pass an event of the call tracker through receiver and normaliser."""
    assert callrail.connect(tenant.admin).send(kind, json.dumps(body).encode()).status == 202
    sent = [json.dumps(message) for message in enqueued("CallrailQueue")]
    response = load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", sent), None)
    assert response == {"batchItemFailures": []}


def test_an_erasure_that_is_killed_after_any_call_ends_with_the_same_state(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect, email = _mailed(tenant)
    _unsubscribe(tenant, email)
    sequences.enrolled(tenant, sequences.active(tenant)["id"], sequences.prospect(tenant, "o@example.com"))
    task = _task(tenant, prospect)
    killed_at = 0
    while True:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                _consume(task)
            except Killed:
                continue
        break

    assert killed_at > 10
    assert WORD not in _left(tenant)
    assert suppressions.find(tenant.in_mode("live"), ADDRESS)
    assert len(stored("ENROLLMENT_CLAIM", tenant.id)) == 2
    _consume(task)


def _task(tenant: Tenant, prospect: dict[str, Any]) -> str:
    """The message of the erasure, after everything else was consumed."""
    Pipeline().run()
    assert call("DELETE", f"/v1/prospects/{prospect['id']}", key=tenant.admin).status == 204
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")
    return json.dumps(task)


def _consume(task: str) -> None:
    response = load_app("workers/erase_traces").handler(sqs_event("EraseTracesQueue", [task]), None)
    assert response == {"batchItemFailures": []}
