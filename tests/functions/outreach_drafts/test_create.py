"""POST /v1/outreach/drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import drafts
from tests.support.callrail import actions, stored
from tests.support.faults import overtaken
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _lead(tenant: Tenant, **fields: object) -> str:
    body = {"email": "dana@example.com", "first_name": "Dana", **fields}
    return str(call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"])


def test_a_draft_by_hand_is_stored_as_shown_and_sends_nothing(tenant: Tenant) -> None:
    drafts.set_sender(tenant)

    response = drafts.create(
        tenant, {"to": "Dana@Example.com", "subject": " The report ", "body": "Ready. Sam at Acme"}
    )

    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    shown = response.json
    assert shown["id"].startswith("draft_")
    assert (shown["status"], shown["to"], shown["subject"]) == ("draft", "dana@example.com", "The report")
    assert (shown["findings"], shown["remarks"], shown["provenance"], shown["edited"]) == (
        [],
        [],
        None,
        False,
    )
    assert (shown["email_id"], shown["reason"], shown["tone"]) == (None, None, None)
    assert "salt" not in shown
    assert drafts.read(tenant, shown) == shown
    assert stored("EMAIL", tenant.id) == stored("TASK", tenant.id) == []


def test_the_answer_has_the_findings(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant, subject="Re: your claim", body="Your insurance will cover it all.")

    assert [(finding["rule"], finding["level"], finding["field"]) for finding in draft["findings"]] == [
        ("missing_sender", "block", None),
        ("misleading_subject", "block", "subject"),
        ("coverage_promise", "block", "body"),
    ]
    assert draft["findings"][2]["quote"] == "insurance will cover"
    assert draft["status"] == "draft"


def test_instructions_are_queued_for_the_ai(tenant: Tenant) -> None:
    lead_id = _lead(tenant)

    response = drafts.create(tenant, {"lead_id": lead_id, "instructions": "Thank her.", "tone": "friendly"})

    assert response.status == 202
    shown = response.json
    assert (shown["status"], shown["subject"], shown["body"]) == ("writing", None, None)
    assert (shown["instructions"], shown["tone"], shown["lead_id"]) == ("Thank her.", "friendly", lead_id)
    (task,) = [item for item in stored("TASK", tenant.id) if item["task"] == "write_email"]
    assert str(task["data"]) == f'{{"draft_id":"{shown["id"]}"}}'


def test_the_tone_is_professional_by_default(tenant: Tenant) -> None:
    assert drafts.ordered(tenant)["tone"] == "professional"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, ""),
        ({"subject": "x"}, ""),
        ({"body": "x"}, ""),
        ({"subject": "x", "body": "x", "instructions": "x"}, ""),
        ({"subject": "x", "body": "x", "tone": "formal"}, ""),
        ({"instructions": "x", "tone": "angry"}, "/tone"),
        ({"instructions": "x", "to": "nobody"}, "/to"),
        ({"instructions": "x", "to": None}, "/to"),
        ({"instructions": "x" * 2001}, "/instructions"),
        ({"instructions": " "}, "/instructions"),
        ({"subject": "x\r\nBcc: all@example.com", "body": "x"}, "/subject"),
        ({"subject": "x" * 251, "body": "x"}, "/subject"),
        ({"subject": "x", "body": "x\x00"}, "/body"),
        ({"subject": "x", "body": "x" * 10_001}, "/body"),
        ({"subject": "x", "body": "Hello {{first_name}}"}, "/body"),
        ({"subject": "x", "body": "Hello {{ nickname | default('there') }}"}, "/body"),
        ({"subject": "x", "body": "[Pay](https://example.com/{{ email }})"}, "/body"),
        ({"subject": "{% for x in y %}", "body": "x"}, "/subject"),
        ({"subject": "{{ company }}", "instructions": "x"}, "/subject"),
        ({"subject": "x", "body": "x", "status": "sent"}, "/status"),
        ({"subject": "x", "body": "x", "findings": []}, "/findings"),
        ({"subject": "x", "body": "x", "lead_id": ""}, "/lead_id"),
        (
            {
                "subject": "x",
                "body": "x",
                "lead_id": "lead_01kq09bekje6vbq5xe2b60xtww",
                "prospect_id": "pros_01kq09bekje6vbq5xe2b60xtww",
            },
            "",
        ),
    ],
)
def test_an_invalid_field_is_named_by_a_pointer(
    tenant: Tenant, fields: dict[str, object], pointer: str
) -> None:
    response = drafts.create(tenant, fields)

    assert (response.status, response.error) == (422, "validation_error")
    assert pointer in [field["pointer"] for field in response.json["error"]["details"]["fields"]]
    assert stored("DRAFT", tenant.id) == []


@pytest.mark.parametrize("field", ["lead_id", "prospect_id"])
def test_a_person_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, field: str) -> None:
    prefix = "lead" if field == "lead_id" else "pros"
    for foreign in (f"{prefix}_01kq09bekje6vbq5xe2b60xtww", "x", _lead(tenant)[::-1]):
        response = drafts.create(tenant, {**drafts.TEXT, field: foreign})
        assert (response.status, response.error) == (422, "validation_error")
        assert response.json["error"]["details"]["fields"][0]["pointer"] == f"/{field}"
    of_live = {**drafts.TEXT, "lead_id": _lead(tenant, email="b@example.com")}
    assert drafts.create(tenant, of_live, tenant.test_admin).status == 422


@pytest.mark.parametrize("collection", ["leads", "prospects"])
def test_a_person_that_is_erased_meanwhile_gets_no_draft(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, collection: str
) -> None:
    body = {"email": "dana@example.com"}
    person = call("POST", f"/v1/{collection}", key=tenant.write, json_body=body).json["id"]
    field = "lead_id" if collection == "leads" else "prospect_id"

    with overtaken(monkeypatch, lambda: call("DELETE", f"/v1/{collection}/{person}", key=tenant.admin)):
        response = drafts.create(tenant, {**drafts.TEXT, field: person})

    assert (response.status, stored("DRAFT", tenant.id)) == (422, [])


def test_ai_that_is_switched_off_writes_nothing(tenant: Tenant) -> None:
    drafts.set_sender(tenant, ai={"enabled": False})

    response = drafts.create(tenant, {"instructions": "Thank her."})

    assert (response.status, response.error) == (409, "conflict")
    assert "ai.enabled" in response.text
    assert drafts.create(tenant, drafts.TEXT).status == 201


def test_the_audit_record_shows_no_personal_value(tenant: Tenant) -> None:
    drafts.drafted(tenant, body="Call 415-555-0142, says Dana.")

    assert actions("draft", tenant.id) == ["draft.created"]
    (record,) = [item for item in stored("AUDIT", tenant.id) if item["action"] == "draft.created"]
    text = str(record["changes"])
    assert "hmac-sha256:" in text
    for value in ("dana@example.com", "The report", "555-0142"):
        assert value not in text


def test_a_repeated_request_creates_one_draft(tenant: Tenant) -> None:
    body = {"to": "dana@example.com", "instructions": "Thank her."}
    responses = [
        call("POST", drafts.PATH, key=tenant.write, json_body=body, headers={"Idempotency-Key": "a"})
        for _ in range(2)
    ]

    assert responses[0].json == responses[1].json
    assert len(stored("DRAFT", tenant.id)) == 1
    assert len([item for item in stored("TASK", tenant.id) if item["task"] == "write_email"]) == 1


def test_the_contact_of_another_lead_blocks_and_an_unknown_one_warns(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    dana = _lead(tenant, phones=["4155550100"])
    _lead(tenant, email="robin@example.com", phones=["4155550199"])
    body = (
        "Sam at Acme here. You are at 415-555-0100. Robin is at (415) 555-0199 and robin@example.com, "
        "the office at 415-555-0777, and I at sam@acme.example.com."
    )

    draft = drafts.drafted(tenant, lead_id=dana, body=body)

    assert [(finding["rule"], finding["level"], finding["quote"]) for finding in draft["findings"]] == [
        ("contact_of_others", "block", "robin@example.com"),
        ("contact_of_others", "block", "(415) 555-0199"),
        ("unknown_contact", "warn", "415-555-0777"),
    ]
    without_lead = drafts.drafted(tenant, body="Sam at Acme here. You are at 415-555-0100.")
    assert without_lead["findings"] == []


def test_a_prospects_address_blocks_too(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    call("POST", "/v1/prospects", key=tenant.write, json_body={"email": "p@example.com"})

    draft = drafts.drafted(tenant, body="Sam at Acme suggests that you write to p@example.com.")

    assert drafts.rules(draft) == ["contact_of_others"]
