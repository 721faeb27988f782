"""E-mails as the sender stores them, and what the vendor reports about them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eal.core import audit, caller, clock, ids
from eal.core.clock import rfc3339
from eal.core.table.item import dump
from eal.domain.outreach.deliverability import sender as state
from eal.domain.outreach.deliverability import store as deliverability
from eal.domain.outreach.deliverability.model import SenderState
from eal.domain.outreach.emails import store
from eal.domain.outreach.emails.model import Content, Email, Occurrence, with_occurrence
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.emails.wire import EmailView

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.tenancy import Mode
    from tests.support.inbound import Connection
    from tests.support.tenants import Tenant

SEQUENCE = "seq_01kq09bekje6vbq5xe2b60xtww"
EMAILS_PATH = "/v1/outreach/emails"


def sender(tenant: Tenant, mode: Mode = "live") -> Caller:
    return caller.worker("send_emails", tenant.in_mode(mode), "tests")


def queued(
    tenant: Tenant,
    to: str = "dana@example.com",
    *,
    mode: Mode = "live",
    content: str = "Hello",
    **fields: Any,
) -> Email:
    """An e-mail that waits to be sent: the second step of a sequence, unless `fields` say otherwise."""
    by = sender(tenant, mode)
    given = {"sequence_id": SEQUENCE, "step": 1, "variant": "A", **fields}
    email = Email(
        id=ids.new("email", by.at),
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        to=to,
        from_name="Kim Lee",
        from_email="kim@acme.example",
        subject="Your roof",
        idempotency_key=ids.new("enr", by.at),
        send_at=by.at,
        **given,
    )
    stored = store.queue(email, Content(html=f"<p>{content}</p>", text=content), by)
    by.transaction.commit()
    return stored


def record_sent(email: Email, tenant: Tenant, *, mode: Mode = "live", at: datetime | None = None) -> Email:
    """Record that the vendor has accepted the e-mail, as the sender does after the vendor's answer."""
    by = sender(tenant, mode)
    before = EMAILS.get(by.tenant, email.id)
    sent_at = at or by.at
    accepted = replace(before, sent_at=sent_at, vendor="resend", vendor_email_id=vendor_id(email))
    after = with_occurrence(accepted, Occurrence(type="sent", at=sent_at))
    written = store.replace_version("email.sent", before, after, by)
    pointer = store.vendor_id_key(by.tenant, "resend", vendor_id(email))
    by.transaction.create({**pointer._asdict(), "kind": "EMAIL_VENDOR_ID", "email_id": email.id})
    deliverability.counted(written, "sent", by)
    by.transaction.emit("outreach.email.sent", EmailView.of(written).model_dump(mode="json"))
    by.transaction.commit()
    return written


def sent(
    tenant: Tenant,
    to: str = "dana@example.com",
    *,
    mode: Mode = "live",
    at: datetime | None = None,
    **fields: Any,
) -> Email:
    return record_sent(queued(tenant, to, mode=mode, **fields), tenant, mode=mode, at=at)


def stored(email: Email, tenant: Tenant, mode: Mode = "live") -> Email:
    """The e-mail's current version."""
    return EMAILS.get(tenant.in_mode(mode), email.id)


def vendor_id(email: Email) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, email.id))


def event(kind: str, email: Email, *, at: datetime | None = None, **data: Any) -> dict[str, Any]:
    """The body of Resend's webhook `email.<kind>`. `data` adds to its data or replaces it."""
    return {
        "type": f"email.{kind}",
        "created_at": rfc3339(at or clock.now()),
        "data": {
            "email_id": vendor_id(email),
            "to": [email.to],
            "from": "Kim Lee <kim@acme.example>",
            "subject": email.subject,
            "tags": {"email": email.id},
            **data,
        },
    }


def bounced(email: Email, kind: str = "Permanent", *, at: datetime | None = None) -> dict[str, Any]:
    return event(
        "bounced", email, at=at, bounce={"type": kind, "subType": "General", "message": "no such user"}
    )


def report(connection: Connection, body: dict[str, Any], message_id: str | None = None) -> None:
    """Let the normaliser process one webhook."""
    message = connection.message(body, message_id or f"msg_{uuid.uuid4().hex}")
    assert connection.normalise(message) == []


def pause_sender(tenant: Tenant) -> None:
    """Pause the sender of live mode, as the normaliser does after too many bounces."""
    by = sender(tenant)
    item = {
        **state.key_of(by.tenant)._asdict(),
        "kind": "SENDER",
        **dump(SenderState(id=tenant.id, version=1, status="paused", reason="bounces", paused_at=by.at)),
    }
    by.transaction.put_version(item, was=0)
    by.transaction.audit("sender.paused", tenant.id)
    by.transaction.commit()
