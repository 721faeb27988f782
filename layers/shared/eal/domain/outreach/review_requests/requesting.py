"""Requesting a review of a customer: the request becomes one queued e-mail of outreach's sender.

Every customer gets the same words and the same link, whatever the review is expected to say: 16 CFR 465.4 forbids
paying for reviews of a sentiment, and 465.7 the suppression of negative ones. So there is no parameter and no setting
of the text, and nothing that is known of a customer is read here but the name and the address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.errors import Conflict, ValidationFailed
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach import addresses, templates, tenant_clock
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Content, Email
from eal.domain.outreach.review_requests import store
from eal.domain.outreach.review_requests.model import ReviewRequest
from eal.domain.outreach.review_requests.store import REVIEW_REQUESTS
from eal.domain.outreach.sending.message import reply_to
from eal.domain.outreach.suppressions import store as suppressions

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.organization_settings.outreach import Outreach, Sender
    from eal.domain.outreach.review_requests.wire import ReviewRequestCreate

SUBJECT = "How was our work?"
BODY = """{greeting},

thank you for choosing {company}. How did we do?

We would like to read your honest opinion, good or bad. A few sentences help us to improve, and help others to choose:

[Write a review]({link})

{sender}"""

_SPOKEN_NAME = re.compile(r"[^\W\d_]+(?:(?:\. |[ '\u2019-])[^\W\d_]+)*")
"""A name without anything that could be read as an address or as markup of an e-mail."""


def request(body: ReviewRequestCreate, by: Caller) -> ReviewRequest:
    """A new request, with its e-mail in the queue of the sender.

    Raises: Conflict if the customer was asked in the last 90 days, if the address is suppressed (with
    `suppression_id`), or if a setting is missing; ValidationFailed for a time in the future. The commit raises
    ValidationFailed if there is no such lead.
    """
    if body.completed_at and body.completed_at > by.at:
        raise ValidationFailed.of_field("/completed_at", "Must not be in the future.", "future")
    company = organization_settings.company_of(by.organization_id)
    outreach = outreach_settings.outreach_in(company.settings)
    if outreach.sender is None:
        raise Conflict("The settings name no sender of e-mails. Set 'sender' with PATCH /organizations/me.")
    if organization_settings.review_url_in(company.settings) is None:
        raise Conflict(
            "The settings have no page for reviews. Set one in 'reviews' with PATCH /organizations/me."
        )
    if suppression := suppressions.find(by.tenant, body.email, "reviews"):
        raise Conflict(
            "The customer's address is suppressed: it gets no requests for reviews.",
            suppression_id=suppression.id,
        )
    if body.lead_id:
        by.transaction.require_named("/lead_id", "LEAD", "lead", body.lead_id)
    new = ReviewRequest(
        id=ids.new(REVIEW_REQUESTS.id_prefix, by.at),
        status="queued",
        name=body.name,
        email=body.email,
        email_id=ids.new("email", by.at),
        job_reference=body.job_reference,
        lead_id=body.lead_id,
        completed_at=body.completed_at,
        requested_at=tenant_clock.now_of(by.tenant, by.at),
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    store.add(new, by)
    emails.queue(*_email(new, company.name, outreach, outreach.sender, by), by)
    return new


def _email(
    request: ReviewRequest, company: str, outreach: Outreach, sender: Sender, by: Caller
) -> tuple[Email, Content]:
    text = BODY.format(
        greeting=f"Hello {request.name}" if _SPOKEN_NAME.fullmatch(request.name) else "Hello",
        company=company,
        link=addresses.review_placeholder(request.id),
        sender=sender.name,
    )
    unsubscribe = addresses.unsubscribe_placeholder(request.email_id)
    rendered = templates.render_plain(SUBJECT, text, sender, unsubscribe)
    email = Email(
        id=request.email_id,
        created_at=request.requested_at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        to=request.email,
        from_name=sender.name,
        from_email=sender.email,
        reply_to=reply_to(by.tenant, request.email_id, outreach),
        subject=rendered.subject,
        idempotency_key=request.id,
        send_at=request.requested_at,
        lead_id=request.lead_id,
        review_request_id=request.id,
    )
    return email, Content(html=rendered.html, text=rendered.text)
