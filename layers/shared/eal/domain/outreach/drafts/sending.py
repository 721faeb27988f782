"""Sending a draft: it becomes one e-mail, and then follows it out of the queue."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from eal.ai import content_policy
from eal.core import audit, ids
from eal.core.errors import Conflict
from eal.domain.leads.collection import LEADS
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach import addresses, templates, tenant_clock
from eal.domain.outreach.drafts import checking
from eal.domain.outreach.drafts.store import DRAFTS, conflict, replace_version
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.model import Content, Email
from eal.domain.outreach.sending.message import reply_to
from eal.domain.outreach.sequences.model import Variant
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects.collection import PROSPECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.errors import FieldError
    from eal.core.json import Json
    from eal.domain.leads.model import Lead
    from eal.domain.organization_settings.outreach import Outreach, Sender
    from eal.domain.outreach.drafts.model import Draft, DraftReason
    from eal.domain.outreach.templates import Rendered
    from eal.domain.prospects.model import Prospect


def send(draft_id: str, by: Caller) -> Draft:
    """The draft, with its e-mail in the queue of the sender. Of several concurrent requests one succeeds, because of
    the draft's version.

    Raises: NotFound, PreconditionFailed; Conflict if it has no text yet or was sent already, with `fields` if its tags
    cannot be filled in, with `findings` if the content policy blocks it, or with `suppression_id` if the address is
    suppressed.
    """
    before = DRAFTS.get(by.tenant, draft_id)
    by.transaction.check_if_match(before.version)
    if before.status != "draft":
        raise conflict(before, "sent")
    company = organization_settings.company_of(by.organization_id)
    outreach = outreach_settings.outreach_in(company.settings)
    email_id = ids.new("email", by.at)
    rendered = None
    filled = before
    if outreach.sender:
        rendered, filled = _rendered(before, outreach.sender, addresses.unsubscribe_placeholder(email_id), by)
    found = checking.findings(filled, company, by)
    if outreach.sender is None or rendered is None or content_policy.blocks(found):
        raise Conflict(
            "The content policy blocks this draft. Fix each finding with the level 'block', then send it again.",
            findings=[asdict(finding) for finding in found],
        )
    if suppression := suppressions.find(by.tenant, before.to):
        raise Conflict(
            "The recipient's address is suppressed: it gets no e-mail.",
            suppression_id=suppression.id,
        )
    email = _email(email_id, before, rendered.subject, outreach, outreach.sender, by)
    after = replace(before, status="queued", findings=found, email_id=email.id)
    after = replace_version("draft.sent", before, after, by)
    emails.queue(email, Content(html=rendered.html, text=rendered.text), by)
    return after


def follow(email: Email, by: Caller) -> None:
    """Set the draft's status when its e-mail has left the queue, in the caller's transaction.

    Does nothing if the draft is deleted or has followed already.
    """
    draft = DRAFTS.find(by.tenant, email.draft_id) if email.draft_id else None
    if draft is None or draft.status != "queued" or email.status == "queued":
        return
    if email.sent_at:
        replace_version("draft.followed", draft, replace(draft, status="sent"), by)
        return
    reason: DraftReason = "suppressed" if email.status == "suppressed" else "refused"
    replace_version("draft.followed", draft, replace(draft, status="not_sent", reason=reason), by)


def _rendered(draft: Draft, sender: Sender, link: str, by: Caller) -> tuple[Rendered, Draft]:
    """The e-mail's text, and the draft with its tags filled in, as the content policy reads it.

    Raises: Conflict. A draft that a model wrote can have any tags.
    """
    subject, body = draft.subject or "", draft.body or ""
    if not templates.has_tags(subject) and not templates.has_tags(body):
        return templates.render_plain(subject, body, sender, link), draft
    if faults := checking.faults_in_tags(draft):
        raise _cannot_be_filled(faults)
    variables = _variables(draft, by)
    try:
        rendered = templates.render(
            Variant(name="draft", subject=subject, body=body), variables, sender, link
        )
        subject = templates.filled(subject, variables, sender, link)
        body = templates.filled(body, variables, sender, link)
    except templates.TemplateFault as fault:
        raise _cannot_be_filled([{"pointer": "", "message": fault.message, "type": fault.kind}]) from None
    return rendered, replace(draft, subject=subject, body=body)


def _variables(draft: Draft, by: Caller) -> dict[str, str]:
    """The known facts about the recipient, whose address is the draft's."""
    person: Lead | Prospect | None = None
    if draft.lead_id:
        person = LEADS.find(by.tenant, draft.lead_id)
    elif draft.prospect_id:
        person = PROSPECTS.find(by.tenant, draft.prospect_id)
    return {**(templates.variables_of(person) if person else {}), "email": draft.to}


def _cannot_be_filled(faults: Sequence[FieldError]) -> Conflict:
    fields: list[Json] = [
        {"pointer": fault["pointer"], "message": fault["message"], "type": fault["type"]} for fault in faults
    ]
    return Conflict(
        "The draft has variables that cannot be filled in. Change them with PATCH, then send it again.",
        fields=fields,
    )


def _email(
    email_id: str, draft: Draft, subject: str, outreach: Outreach, sender: Sender, by: Caller
) -> Email:
    now = tenant_clock.now_of(by.tenant, by.at)
    return Email(
        id=email_id,
        created_at=now,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        to=draft.to,
        from_name=sender.name,
        from_email=sender.email,
        reply_to=reply_to(by.tenant, email_id, outreach),
        subject=subject,
        idempotency_key=draft.id,
        send_at=now,
        lead_id=draft.lead_id,
        prospect_id=draft.prospect_id,
        draft_id=draft.id,
    )
