"""The checks of a draft's text: its tags, and the content policy with the facts that it needs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from eal.ai import content_policy
from eal.core.table.read import walk
from eal.domain.leads.collection import LEAD_CONTACTS
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.outreach import templates
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.replies.table_keys import replies_partition
from eal.domain.prospects.collection import PROSPECT_CONTACTS

if TYPE_CHECKING:
    from eal.ai.content_policy import Finding
    from eal.core.caller import Caller
    from eal.core.errors import FieldError
    from eal.domain.organization_settings.store import Company
    from eal.domain.outreach.drafts.model import Draft

_MAX_LOOKED_UP = 50
"""Contacts in a text whose holders are looked up. A text with more has enough findings without."""
_MAX_EMAILS_READ = 20


def faults_in_tags(draft: Draft) -> list[FieldError]:
    """Everything because of which the draft's tags cannot be filled in, by the rules of sequences."""
    subject, body = draft.subject or "", draft.body or ""
    found = [
        *(
            ("/subject", fault)
            for fault in (templates.faults_in_subject(subject) if templates.has_tags(subject) else ())
        ),
        *(("/body", fault) for fault in (templates.faults_in_body(body) if templates.has_tags(body) else ())),
    ]
    return [{"pointer": pointer, "message": fault.message, "type": fault.kind} for pointer, fault in found]


def findings(draft: Draft, company: Company, by: Caller) -> tuple[Finding, ...]:
    """The findings of the content policy about the present text. Costs a read only for a text that mentions contacts or
    claims to be a reply.
    """
    sender = outreach_settings.outreach_in(company.settings).sender
    own = frozenset({f"email#{draft.to}", *([f"email#{sender.email}"] if sender else [])})
    mentioned = content_policy.contacts_in("\n".join(draft.texts.values())) - own
    own_too, others = _holders(draft, mentioned, by) if mentioned else (frozenset(), frozenset())
    facts = content_policy.PolicyFacts(
        sender_names=tuple(filter(None, (sender.name, company.name))) if sender else (),
        own_contacts=own | own_too,
        others_contacts=others,
        has_earlier_mail=content_policy.claims_to_reply(draft.subject or "") and _has_earlier_mail(draft, by),
    )
    return content_policy.findings(draft.texts, facts)


def _holders(draft: Draft, mentioned: frozenset[str], by: Caller) -> tuple[frozenset[str], frozenset[str]]:
    """The mentioned contacts of the recipient, and those of other leads and prospects."""
    recipient = f"email#{draft.to}"
    contacts = [recipient, *islice(sorted(mentioned), _MAX_LOOKED_UP)]
    of_leads = LEAD_CONTACTS.holder_ids(by.tenant, contacts)
    of_prospects = PROSPECT_CONTACTS.holder_ids(by.tenant, contacts)
    about = {draft.lead_id, draft.prospect_id, of_leads.get(recipient), of_prospects.get(recipient)}
    own, others = set(), set()
    for contact in mentioned:
        holders = {of_leads.get(contact), of_prospects.get(contact)} - {None}
        if holders & about:
            own.add(contact)
        elif holders:
            others.add(contact)
    return frozenset(own), frozenset(others)


def _has_earlier_mail(draft: Draft, by: Caller) -> bool:
    """Whether the recipient wrote to the tenant, or one of the latest e-mails to the recipient was sent."""
    replies = walk("gsi1pk = :pk", {":pk": replies_partition(by.tenant, draft.to)}, index="gsi1", limit=1)
    if next(replies, None):
        return True
    emails = walk(
        "gsi1pk = :pk",
        {":pk": EMAILS.partition(by.tenant, "to", draft.to)},
        index="gsi1",
        limit=_MAX_EMAILS_READ,
    )
    return any("sent_at" in email for email in islice(emails, _MAX_EMAILS_READ))
