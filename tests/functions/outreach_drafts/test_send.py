"""POST /v1/outreach/drafts/{draft_id}/send."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.core.clock import now
from eal.domain.outreach import addresses
from eal.domain.outreach.drafts import sending
from eal.domain.outreach.emails.store import EMAILS, content_of
from eal.domain.outreach.sending import lease
from eal.domain.outreach.suppressions import store as suppressions
from tests.support import drafts, outreach
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.pipeline import items
from tests.support.tenants import new_tenant, operator
from tests.support.vendor_apis import ResendApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.outreach.emails.model import EmailStatus
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def draft(tenant: Tenant) -> dict[str, Any]:
    """A draft that may be sent."""
    drafts.set_sender(tenant)
    return drafts.drafted(tenant)


def _suppress(tenant: Tenant, address: str) -> str:
    by = operator(tenant.id)
    found = suppressions.suppress_address(address, "unsubscribed", "api", by)
    by.transaction.commit()
    assert found
    return found.id


def test_a_draft_becomes_one_queued_email(tenant: Tenant, draft: dict[str, Any]) -> None:
    response = drafts.send(tenant, draft)

    assert (response.status, response.headers["ETag"], response.json["status"]) == (202, '"2"', "queued")
    assert drafts.read(tenant, draft) == response.json
    (item,) = stored("EMAIL", tenant.id)
    email = EMAILS.load(item)
    assert response.json["email_id"] == email.id
    assert item["kind"] == "EMAIL"
    assert (email.kind, email.status, email.draft_id) == ("draft", "queued", draft["id"])
    assert (email.to, email.subject, email.idempotency_key) == ("dana@example.com", "The report", draft["id"])
    assert (email.from_name, email.from_email) == (drafts.SENDER["name"], drafts.SENDER["email"])
    assert email.reply_to is None
    assert actions("draft", tenant.id) == ["draft.created", "draft.sent"]
    assert actions("email", tenant.id) == ["email.queued"]
    (marker,) = items("DUE")
    assert (marker["organization_id"]["S"], marker["mode"]["S"]) == (tenant.id, "live")


def test_the_email_has_the_footer_that_the_law_requires(tenant: Tenant, draft: dict[str, Any]) -> None:
    email_id = drafts.send(tenant, draft).json["email_id"]

    content = content_of(email_id, operator(tenant.id))
    assert content
    for part in (content.text, content.html or ""):
        assert drafts.SENDER["postal_address"] in part
        assert addresses.unsubscribe_placeholder(email_id) in part
    assert "the report is ready." in content.text


def test_markup_in_the_text_stays_text(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant, body="Sam at Acme <script>alert(1)</script> {one} }} %}")

    email_id = drafts.send(tenant, draft).json["email_id"]

    content = content_of(email_id, operator(tenant.id))
    assert content
    assert content.html
    assert "<script>" not in content.html
    assert "{one} }} %}" in content.text


GREETING = 'Hello {{ first_name | default("there") }},\n\nthe report is ready.\n\nSam at Acme'


def _sent_text(tenant: Tenant, draft: dict[str, Any]) -> str:
    response = drafts.send(tenant, draft)
    assert response.status == 202, response.text
    content = content_of(response.json["email_id"], operator(tenant.id))
    assert content
    assert "{{" not in f"{content.text}{content.html}"
    return content.text


def test_variables_are_filled_in_from_the_lead(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    lead = {"email": "dana@example.com", "first_name": "Dana [x](https://evil.example)"}
    lead_id = call("POST", "/v1/leads", key=tenant.write, json_body=lead).json["id"]
    subject = "The report{% if first_name %} for {{ first_name }}{% endif %}"
    draft = drafts.drafted(tenant, subject=subject, body=GREETING, lead_id=lead_id)

    assert "Hello Dana [x](https://evil.example)," in _sent_text(tenant, draft)
    (email,) = stored("EMAIL", tenant.id)
    assert email["subject"] == "The report for Dana [x](https://evil.example)"


def test_variables_are_filled_in_from_the_prospect(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    prospect = {"company": "Acme", "email": "dana@example.com", "contact": {"first_name": "Dana"}}
    prospect_id = call("POST", "/v1/prospects", key=tenant.write, json_body=prospect).json["id"]
    draft = drafts.drafted(tenant, body=GREETING, prospect_id=prospect_id)

    assert "Hello Dana," in _sent_text(tenant, draft)


def test_variables_of_nobody_have_their_defaults(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant, body=f"{GREETING}\n{{{{ email }}}} {{{{ unsubscribe_url }}}}")

    text = _sent_text(tenant, draft)

    assert "Hello there," in text
    assert "dana@example.com" in text


def test_the_content_policy_reads_what_the_recipient_will(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    hidden = "Sam at Acme: your insurance will{% if email %} cover{% endif %} everything."
    draft = drafts.drafted(tenant, body=hidden)

    response = drafts.send(tenant, draft)

    assert response.status == 409
    assert "coverage_promise" in [f["rule"] for f in response.json["error"]["details"]["findings"]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello {{first_name}}", "variable_may_be_empty"),
        ("Hello {{ config }}", "unknown_variable"),
        ("Hello {{ first_name", "template_syntax"),
        ("Hello {# first_name #}", "template_construct"),
    ],
)
def test_a_stored_draft_with_a_placeholder_is_not_sent(tenant: Tenant, text: str, kind: str) -> None:
    """Such as one that a model wrote."""
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant)
    key = {"pk": {"S": f"{tenant.id}#live#DRAFT"}, "sk": {"S": draft["id"]}}
    aws.dynamodb().update_item(
        TableName=settings.state_table(),
        Key=key,
        UpdateExpression="SET body = :body",
        ExpressionAttributeValues={":body": {"S": text}},
    )

    response = drafts.send(tenant, draft)

    assert (response.status, response.error) == (409, "conflict")
    (field,) = response.json["error"]["details"]["fields"]
    assert (field["pointer"], field["type"]) == ("/body", kind)
    assert stored("EMAIL", tenant.id) == []


def test_replies_go_to_an_address_of_their_own_if_the_tenant_receives_mail(tenant: Tenant) -> None:
    drafts.set_sender(tenant, outreach={"reply_domain": "mail.acme.example.com"})
    draft = drafts.drafted(tenant)

    email_id = drafts.send(tenant, draft).json["email_id"]

    (item,) = stored("EMAIL", tenant.id)
    reply_to = str(item["reply_to"])
    assert reply_to.endswith("@mail.acme.example.com")
    assert addresses.read_reply_address(tenant.in_mode("live"), reply_to) == email_id


def test_a_draft_is_sent_once(tenant: Tenant, draft: dict[str, Any]) -> None:
    first = drafts.send(tenant, draft).json

    again = drafts.send(tenant, draft)

    assert (again.status, again.error) == (409, "conflict")
    assert again.json["error"]["details"]["email_id"] == first["email_id"]
    assert len(stored("EMAIL", tenant.id)) == 1


def test_a_repeated_request_gets_the_first_answer(tenant: Tenant, draft: dict[str, Any]) -> None:
    responses = [drafts.send(tenant, draft, **{"Idempotency-Key": "once"}) for _ in range(2)]

    assert responses[0].json == responses[1].json
    assert responses[1].headers["Idempotent-Replayed"] == "true"
    assert len(stored("EMAIL", tenant.id)) == 1


def test_of_two_concurrent_requests_one_sends(
    tenant: Tenant, draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with overtaken(monkeypatch, lambda: drafts.send(tenant, draft)):
        late = drafts.send(tenant, draft)

    assert late.status == 409
    assert len(stored("EMAIL", tenant.id)) == 1
    assert actions("draft", tenant.id) == ["draft.created", "draft.sent"]


def test_the_text_of_the_last_edit_is_checked_and_sent(
    tenant: Tenant, draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit() -> None:
        path = f"{drafts.PATH}/{draft['id']}"
        call("PATCH", path, key=tenant.write, json_body={"body": "Act now! Sam at Acme"})

    with overtaken(monkeypatch, edit):
        response = drafts.send(tenant, draft)

    assert response.status == 409
    assert stored("EMAIL", tenant.id) == []


def test_a_request_killed_at_any_call_sends_at_most_once_and_can_be_repeated(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.set_sender(tenant)
    with watched_calls(monkeypatch) as calls:
        drafts.send(tenant, drafts.drafted(tenant))
    for number in range(1, len(calls.made) + 1):
        draft = drafts.drafted(tenant)
        with watched_calls(monkeypatch) as killed:
            killed.kill_after = number
            with suppress(Killed):
                drafts.send(tenant, draft)

        assert drafts.send(tenant, draft).status in (202, 409)

        of_draft = [item for item in stored("EMAIL", tenant.id) if item["draft_id"] == draft["id"]]
        assert len(of_draft) == 1
        assert drafts.read(tenant, draft)["status"] == "queued"


def test_a_blocked_draft_is_refused_with_its_findings(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant, body="Sam at Acme: your insurance will cover everything. It's guaranteed.")

    response = drafts.send(tenant, draft)

    assert (response.status, response.error) == (409, "conflict")
    found = response.json["error"]["details"]["findings"]
    assert found == draft["findings"]
    assert [(finding["rule"], finding["level"]) for finding in found] == [
        ("coverage_promise", "block"),
        ("guarantee", "warn"),
    ]
    assert stored("EMAIL", tenant.id) == []


def test_a_warning_does_not_block(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant, body="Sam at Acme: we are licensed and insured.")
    assert drafts.rules(draft) == ["licence_claim"]

    assert drafts.send(tenant, draft).status == 202


def test_a_sender_that_was_removed_blocks(tenant: Tenant, draft: dict[str, Any]) -> None:
    body = {"settings": {"sender": None}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    response = drafts.send(tenant, draft)

    assert response.status == 409
    assert [f["rule"] for f in response.json["error"]["details"]["findings"]] == ["missing_sender"]


@pytest.mark.parametrize("status", ["writing", "failed"])
def test_a_draft_without_text_is_refused(tenant: Tenant, status: str) -> None:
    drafts.set_sender(tenant)
    draft = drafts.ordered(tenant)
    if status == "failed":
        drafts.set_sender(tenant, ai={"enabled": False})
        drafts.write(drafts.task(tenant, draft))

    response = drafts.send(tenant, draft)

    assert (response.status, response.json["error"]["details"]["status"]) == (409, status)


def test_a_suppressed_address_is_refused(tenant: Tenant, draft: dict[str, Any]) -> None:
    suppression_id = _suppress(tenant, "dana@example.com")

    response = drafts.send(tenant, draft)

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["suppression_id"] == suppression_id
    assert "dana@example.com" not in response.text
    assert stored("EMAIL", tenant.id) == []
    assert drafts.read(tenant, draft)["status"] == "draft"


def test_a_reply_may_begin_with_re_after_an_email_was_sent(tenant: Tenant, draft: dict[str, Any]) -> None:
    reply = drafts.drafted(tenant, subject="Re: The report")
    assert drafts.rules(reply) == ["misleading_subject"]
    drafts.send(tenant, draft)
    assert drafts.send(tenant, reply).status == 409  # queued is not sent
    _mark(tenant, "sent")

    assert drafts.send(tenant, reply).status == 202


def _mark(tenant: Tenant, status: EmailStatus) -> None:
    """Let the tenant's queued e-mail have left the queue, as the sender does."""
    by = operator(tenant.id)
    (item,) = [item for item in stored("EMAIL", tenant.id) if item["status"] == "queued"]
    before = EMAILS.load(item)
    sent_at = now() if status in ("sent", "bounced") else None
    after = replace(before, status=status, sent_at=sent_at, version=before.version + 1)
    by.transaction.put_version(EMAILS.item(by.tenant, after, gsi1=("to", after.to)), was=before.version)
    by.transaction.audit("email.sent", after.id)
    sending.follow(after, by)
    by.transaction.commit()


@pytest.mark.parametrize(
    ("of_email", "expected", "reason"),
    [
        ("sent", "sent", None),
        ("bounced", "sent", None),
        ("suppressed", "not_sent", "suppressed"),
        ("failed", "not_sent", "refused"),
    ],
)
def test_the_draft_follows_its_email_out_of_the_queue(
    tenant: Tenant, draft: dict[str, Any], of_email: EmailStatus, expected: str, reason: str | None
) -> None:
    drafts.send(tenant, draft)

    _mark(tenant, of_email)

    after = drafts.read(tenant, draft)
    assert (after["status"], after["reason"]) == (expected, reason)
    assert drafts.send(tenant, draft).status == 409
    assert call("DELETE", f"{drafts.PATH}/{draft['id']}", key=tenant.write).status == 204
    assert len(stored("EMAIL", tenant.id)) == 1


def test_an_email_without_a_draft_is_not_followed(tenant: Tenant, draft: dict[str, Any]) -> None:
    drafts.send(tenant, draft)
    email = EMAILS.load(stored("EMAIL", tenant.id)[0])
    by = operator(tenant.id)

    sending.follow(email, by)  # still queued
    sending.follow(replace(email, draft_id=None, status="sent"), by)
    sending.follow(replace(email, draft_id="draft_01kq09bekje6vbq5xe2b60xtww", status="sent"), by)

    assert by.transaction.is_empty


@pytest.fixture
def api(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    outreach.set_up(tenant)
    api = ResendApi("resend", f"Bearer {outreach.API_KEY}")
    with serving(api, monkeypatch):
        yield api


def test_the_sender_sends_the_draft_with_a_link_that_works(tenant: Tenant, api: ResendApi) -> None:
    draft = drafts.drafted(tenant)
    email_id = drafts.send(tenant, draft).json["email_id"]
    owner = tenant.in_mode("live")
    assert outreach.marked() == [owner]

    assert outreach.send(owner)

    (request,) = api.requests
    assert request.headers["idempotency-key"] == draft["id"]
    link = f"https://api.example.com/v1/u/{addresses.unsubscribe_token(owner, email_id)}"
    assert link in request.body["text"]
    assert f'href="{link}"' in request.body["html"]
    assert "unsubscribe.invalid" not in str(request.body)
    shown = call("GET", f"/v1/outreach/emails/{email_id}", key=tenant.read).json
    assert (shown["text"], shown["html"]) == (request.body["text"], request.body["html"]), "as it was sent"
    after = drafts.read(tenant, draft)
    assert (after["status"], after["version"]) == ("sent", 3)
    assert actions("draft", tenant.id)[-1] == "draft.followed"


def test_a_sender_killed_after_any_call_sends_the_draft_once_and_lets_it_follow(
    tenant: Tenant, api: ResendApi, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = tenant.in_mode("live")
    drafts.send(tenant, drafts.drafted(tenant))
    with watched_calls(monkeypatch) as calls:
        assert outreach.send(owner)
    for number in range(1, len(calls.made) + 1):
        draft = drafts.drafted(tenant)
        drafts.send(tenant, draft)
        with watched_calls(monkeypatch) as killed:
            killed.kill_after = number
            with suppress(Killed):
                outreach.send(owner)
        clock.advance(seconds=lease.DURATION.total_seconds())

        assert outreach.send(owner)

        assert drafts.read(tenant, draft)["status"] == "sent"
    assert len(api.sending.sent) == len(stored("EMAIL", tenant.id))


def test_an_address_that_is_suppressed_after_the_request_gets_nothing(tenant: Tenant, api: ResendApi) -> None:
    draft = drafts.drafted(tenant)
    drafts.send(tenant, draft)
    _suppress(tenant, "dana@example.com")

    assert outreach.send(tenant.in_mode("live"))

    after = drafts.read(tenant, draft)
    assert (after["status"], after["reason"]) == ("not_sent", "suppressed")
    assert api.requests == []


def test_another_version_is_refused(tenant: Tenant, draft: dict[str, Any]) -> None:
    assert drafts.send(tenant, draft, **{"If-Match": '"2"'}).status == 412
    assert stored("EMAIL", tenant.id) == []


def test_test_mode_queues_in_test_mode(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.create(tenant, drafts.TEXT, tenant.test_admin).json

    assert drafts.send(tenant, draft, tenant.test_admin).status == 202

    assert stored("EMAIL", tenant.id) == []
    assert len(stored("EMAIL", tenant.id, "test")) == 1
    assert outreach.send(
        tenant.in_mode("test")
    )  # to the simulated mailbox: there is no API that could be called
    assert drafts.read(tenant, draft, tenant.test_admin)["status"] == "sent"


def test_a_draft_of_another_tenant_or_mode_does_not_exist(tenant: Tenant, draft: dict[str, Any]) -> None:
    for key in (new_tenant("Other").admin, tenant.test_admin):
        assert drafts.send(tenant, draft, key).status == 404
