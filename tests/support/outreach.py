"""Outreach in process: a tenant that may send, queued e-mails, and the sender's worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.core import audit, caller, clock, ids
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Content, Email
from eal.domain.outreach.sending import due
from tests.support.http import call, load_app
from tests.support.inbound import RESEND_SECRET
from tests.support.pipeline import peek, sqs_event

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Tenant as Owner
    from tests.support.tenants import Tenant

ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "23:59"}
"""A send window."""
API_KEY = "re_s3cret"
SENDER = {
    "name": "Acme Restoration",
    "email": "hello@acme.example",
    "postal_address": "1 Main Street, Springfield, IL 62701",
}


def set_up(tenant: Tenant, **outreach: Any) -> None:
    """A sender, outreach settings, and a connection to Resend in live mode."""
    settings = {"timezone": "America/Chicago", "sender": SENDER, "outreach": outreach}
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": settings})
    assert response.status == 200, response.text
    body = {"secrets": {"signing_secret": RESEND_SECRET, "api_key": API_KEY}}
    assert call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body=body).status == 200


def queue_email(owner: Owner, to: str, *, send_at: datetime | None = None, **fields: Any) -> Email:
    """A queued e-mail, as a draft's send request queues it."""
    by = caller.worker("test", owner, "req_test")
    email = Email(
        id=ids.new("email", by.at),
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        to=to,
        from_name=SENDER["name"],
        from_email=SENDER["email"],
        subject="Your roof",
        idempotency_key=ids.new("draft", by.at),
        send_at=send_at or by.at,
        **fields,
    )
    queued = emails.queue(email, Content(html="<p>Hello</p>", text="Hello\n"), by)
    by.transaction.commit()
    return queued


def email_of(owner: Owner, email_id: str) -> Email:
    return emails.EMAILS.get(owner, email_id)


def enqueue() -> list[dict[str, Any]]:
    """Run the scheduled run. Returns the messages of the sender's queue."""
    load_app("workers/enqueue_sends").handler({}, None)
    return peek("SendQueue")


def message(owner: Owner) -> str:
    return json.dumps({**owner._asdict(), "request_id": "run_test"})


def send(owner: Owner, received: int = 1) -> bool:
    """One message of the sender. Returns whether it succeeded."""
    event = sqs_event("SendQueue", [message(owner)], received)
    done: bool = load_app("workers/send_emails").handler(event, None) == {"batchItemFailures": []}
    return done


def marked(now: datetime | None = None) -> list[Owner]:
    """The tenants with a due marker."""
    found = [marker.tenant for shard in range(8) for marker in due.markers(shard, now or clock.now())]
    return list(dict.fromkeys(found))


def enrolled(key: str, addresses: list[str], steps: list[dict[str, Any]], **sequence: Any) -> list[str]:
    """An active sequence with a lead at each address. Returns the ids of the enrollments."""
    made = post("/v1/outreach/sequences", key, {"name": "Property managers", "steps": steps, **sequence})
    post(f"/v1/outreach/sequences/{made['id']}/transitions", key, {"to": "active"})
    leads = [post("/v1/leads", key, {"email": address})["id"] for address in addresses]
    response = post(f"/v1/outreach/sequences/{made['id']}/enrollments", key, {"lead_ids": leads})
    return [enrollment["enrollment_id"] for enrollment in response["data"]]


def post(path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    response = call("POST", path, key=key, json_body=body)
    assert response.status < 300, response.text
    parsed: dict[str, Any] = response.json
    return parsed
