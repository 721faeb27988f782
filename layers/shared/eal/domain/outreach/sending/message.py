"""An e-mail as the vendor gets it, with the headers that the law and the mailbox providers require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import settings
from eal.domain.outreach import addresses
from eal.domain.outreach.emails.model import Content
from eal.domain.outreach.sending.transport import Message

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant
    from eal.domain.organization_settings.outreach import Outreach
    from eal.domain.outreach.emails.model import Email


def unsubscribe_url(tenant: Tenant, email_id: str) -> str:
    """The address at which one click unsubscribes the recipient of an e-mail."""
    return f"{settings.public_base_url()}/v1/u/{addresses.unsubscribe_token(tenant, email_id)}"


def review_url(tenant: Tenant, request_id: str) -> str:
    """The address that leads the recipient of a review request to the page for reviews."""
    return f"{settings.public_base_url()}/v1/r/{addresses.review_token(tenant, request_id)}"


def reply_to(tenant: Tenant, email_id: str, outreach: Outreach) -> str | None:
    """The `reply_to` of a new e-mail: an address of its own where the organization receives mail. None: the sender."""
    domain = outreach.reply_domain
    return addresses.reply_address(tenant, email_id, domain) if domain else None


def with_links(content: Content, tenant: Tenant, email: Email) -> Content:
    """The content with our links in place of their placeholders. What requests queue has placeholders, because only
    workers know the address of the API."""
    links = {addresses.unsubscribe_placeholder(email.id): unsubscribe_url(tenant, email.id)}
    if email.review_request_id:
        placeholder = addresses.review_placeholder(email.review_request_id)
        links[placeholder] = review_url(tenant, email.review_request_id)
    text, html = content.text, content.html
    for placeholder, link in links.items():
        text, html = text.replace(placeholder, link), html and html.replace(placeholder, link)
    return Content(text=text, html=html)


def message_of(email: Email, content: Content, tenant: Tenant) -> Message:
    """The message of an e-mail. It is equal at any time, because the vendor refuses a repeated request with another
    body.

    Both List-Unsubscribe headers are those of RFC 8058, section 3. The mailto variant is of RFC 2369, section 3.2.
    """
    ways = [f"<{unsubscribe_url(tenant, email.id)}>"]
    if email.reply_to:
        ways.append(f"<mailto:{email.reply_to}?subject=unsubscribe>")
    return Message(
        email_id=email.id,
        idempotency_key=email.idempotency_key,
        sender=_mailbox(email.from_name, email.from_email),
        to=email.to,
        reply_to=email.reply_to or email.from_email,
        subject=email.subject,
        text=content.text,
        html=content.html,
        headers={
            "List-Unsubscribe": ", ".join(ways),
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _mailbox(name: str, address: str) -> str:
    """`"Dana Reyes" <dana@example.com>`: a quoted name may have any character (RFC 5322, 3.4)."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'
