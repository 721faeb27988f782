"""Sent e-mails with their enrollments, and the mails that answer them, made by the stores of the product."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from eal.core import audit, clock, ids
from eal.core.caller import Caller, worker
from eal.core.tenancy import Tenant as Owner
from eal.domain.outreach.addresses import reply_address
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Content, Email
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.model import Enrollment
from eal.domain.outreach.mail import Mail, MailBody, Missing
from eal.domain.outreach.replies import store as replies
from tests.support.http import call, load_app
from tests.support.inbound import connect
from tests.support.pipeline import sqs_event

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Mode
    from tests.support.tenants import Tenant

DANA = "dana@example.com"
DOMAIN = "replies.acme.example"
ARRIVED = clock.parse("2026-04-24T17:42:11.314Z")
"""A Friday."""


def caller(tenant: Tenant, mode: Mode = "live") -> Caller:
    return worker("tests", Owner(tenant.id, mode), "tests")


def prospect(tenant: Tenant, address: str = DANA) -> str:
    """The id of a new prospect."""
    body = {"company": "Harbor Inn", "email": address}
    response = call("POST", "/v1/prospects", key=tenant.write, json_body=body)
    assert response.status == 201, response.text
    return str(response.json["id"])


def enrolled(tenant: Tenant, address: str = DANA, prospect_id: str | None = None) -> Enrollment:
    """An active enrollment whose first e-mail was sent."""
    by = caller(tenant)
    new = Enrollment(
        id=ids.new("enr", by.at),
        sequence_id=ids.new("seq", by.at),
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        address=address,
        time_zone="America/Chicago",
        prospect_id=prospect_id,
        step=1,
        due_at=by.at + timedelta(days=3),
    )
    for claimed in filter(None, (new.address, new.person_id)):
        claim = enrollments.claim_key(by.tenant, claimed)
        by.transaction.create({**claim._asdict(), "kind": "ENROLLMENT_CLAIM", "enrollment_id": new.id})
    by.transaction.create(enrollments.item_of(new, by))
    by.transaction.audit("enrollment.created", new.id)
    by.transaction.commit()
    return new


def sent(
    tenant: Tenant,
    address: str = DANA,
    enrollment: Enrollment | None = None,
    *,
    mode: Mode = "live",
    **changes: Any,
) -> Email:
    """An e-mail that the vendor accepted. `changes` are fields with other values."""
    by = caller(tenant, mode)
    new = Email(
        id=ids.new("email", by.at),
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        to=address,
        from_name="Acme Restoration",
        from_email="hello@acme.example",
        subject="Water losses at night",
        idempotency_key=ids.new("email", by.at),
        send_at=by.at,
        prospect_id=enrollment.prospect_id if enrollment else None,
        sequence_id=enrollment.sequence_id if enrollment else None,
        enrollment_id=enrollment.id if enrollment else None,
        step=0 if enrollment else None,
        draft_id=None if enrollment else ids.new("draft", by.at),
    )
    queued = emails.queue(new, Content(html=None, text="Hello"), by)
    by.transaction.commit()
    by = caller(tenant, mode)
    moved = {"status": "sent", "attempted_at": by.at, "sent_at": by.at, "vendor": "resend", **changes}
    after = emails.replace_version("email.sent", queued, replace(queued, **moved), by)
    by.transaction.commit()
    return after


def signed_address(tenant: Tenant, email: Email, mode: Mode = "live") -> str:
    """The address to which replies to the e-mail go."""
    return reply_address(Owner(tenant.id, mode), email.id, DOMAIN)


def received(
    tenant: Tenant,
    text: str | None = "Yes, please call me.",
    *,
    to: str = f"office@{DOMAIN}",
    sender: str | None = DANA,
    subject: str = "Re: Water losses at night",
    at: datetime = ARRIVED,
    mode: Mode = "live",
    missing: Missing | None = None,
    html: str | None = None,
    **body: Any,
) -> str:
    """The id of a reply that was received and stored. `body` are fields of MailBody, such as `headers`."""
    by = caller(tenant, mode)
    mail = Mail(
        vendor="resend",
        vendor_email_id=ids.new("m", by.at),
        received_at=at,
        sender=sender,
        to=(to,),
        subject=subject,
    )
    stored = replies.store_reply(mail, MailBody(text=text, html=html, **body), missing, by)
    by.transaction.commit()
    return stored.id


def task(tenant: Tenant, reply_id: str, mode: str = "live") -> str:
    """The task in the message group of its tenant."""
    return _task(tenant.id, reply_id, mode)


def _task(organization_id: str, reply_id: str, mode: str) -> str:
    detail = {
        "id": ids.new("task", clock.now()),
        "task": "classify_reply",
        "organization_id": organization_id,
        "mode": mode,
        "request_id": "request-1",
        "created_at": "2026-04-24T17:42:11.314Z",
        "reply_id": reply_id,
    }
    return json.dumps(detail)


def classify(*messages: str, received: int = 1) -> list[str]:
    """Run the worker. Returns the ids of the failed messages."""
    event = sqs_event("ClassifyReplyQueue", list(messages), received)
    response = load_app("workers/classify_reply").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def classified(tenant: Tenant, *args: Any, **options: Any) -> Any:
    """A reply that was received and classified, as its GET returns it."""
    reply_id = received(tenant, *args, **options)
    assert classify(task(tenant, reply_id, options.get("mode", "live"))) == []
    return shown(tenant, reply_id, options.get("mode", "live"))


def shown(tenant: Tenant, reply_id: str, mode: str = "live") -> Any:
    key = tenant.read if mode == "live" else tenant.test_admin
    response = call("GET", f"/v1/outreach/replies/{reply_id}", key=key)
    assert response.status == 200, response.text
    return response.json


def classified_by_webhook(key: str) -> str:
    """The id of a classified reply that Resend reports, for a caller with an admin key."""
    mine = call("GET", "/v1/organizations/me", key=key).json
    connection = connect("resend", key)
    data = {
        "email_id": f"m-{uuid.uuid4()}",
        "from": DANA,
        "to": [f"office@{DOMAIN}"],
        "subject": "Yes, please",
    }
    body = {"type": "email.received", "created_at": "2026-04-24T17:42:11Z", "data": data}
    assert connection.normalise(connection.message(body, str(data["email_id"]))) == []
    listed = call("GET", "/v1/outreach/replies?limit=1", key=key).json["data"]
    reply_id = str(listed[0]["id"])
    assert classify(_task(mine["id"], reply_id, "live")) == []
    return reply_id


def stored_enrollment(tenant: Tenant, enrollment: Enrollment) -> Enrollment:
    return enrollments.ENROLLMENTS.get(Owner(tenant.id, "live"), enrollment.id)


def stored_email(tenant: Tenant, email: Email, mode: Mode = "live") -> Email:
    return emails.EMAILS.get(Owner(tenant.id, mode), email.id)
