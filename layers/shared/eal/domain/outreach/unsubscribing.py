"""Unsubscribing by the link of an e-mail, without a login: no more e-mail to its recipient, or none of its topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table.read import get
from eal.domain.organization_settings.outreach import outreach_in
from eal.domain.organization_settings.table_keys import organization_key
from eal.domain.outreach.deliverability import store as deliverability
from eal.domain.outreach.emails.store import EMAILS, tombstone_key
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects import store as prospects

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.outreach.addresses import SentEmail
    from eal.domain.outreach.suppressions.model import Topic


def sender_name(organization_id: str) -> str | None:
    """The name under which an organization sends e-mail, or else its own; None if there is no such organization."""
    item = get(organization_key(organization_id))
    if item is None:
        return None
    sender = outreach_in(cast("dict[str, Json]", item.get("settings", {}))).sender
    return sender.name if sender else cast("str", item["name"])


def topic_of(sent: SentEmail) -> Topic:
    """The topic from which the link of an e-mail unsubscribes; `all` if nothing is left of the e-mail."""
    if email := EMAILS.find(sent.tenant, sent.email_id):
        return email.topic
    tombstone = get(tombstone_key(sent.tenant, sent.email_id)) or {}
    return cast("Topic", tombstone.get("topic", "all"))


def unsubscribe(email_id: str, topic: Topic, by: Caller) -> None:
    """Suppress the recipient of an e-mail from a topic, in the caller's transaction. From `all`, the enrollment stops
    too. Idempotent.

    The e-mail of an erased person has left the hash of its address, because a link must work for at least 30 days
    (CAN-SPAM, section 5(a)(3)(A)(ii)).
    """
    email = EMAILS.find(by.tenant, email_id)
    if email is None:
        if tombstone := get(tombstone_key(by.tenant, email_id)):
            suppressions.suppress_erased_address(
                cast("str", tombstone["address_sha256"]),
                "unsubscribed",
                "unsubscribe_link",
                by,
                email_id=email_id,
                topic=topic,
            )
        return
    written = suppressions.suppress_address(
        email.to, "unsubscribed", "unsubscribe_link", by, topic=topic, email_id=email.id
    )
    is_first = topic == email.topic or suppressions.find(by.tenant, email.to, email.topic) is None
    if written and is_first:
        deliverability.counted(email, "unsubscribed", by)
    if topic != "all":
        return
    # The person may be enrolled with another address since.
    for enrollment in enrollments.all_open(by.tenant, (email.to, email.person_id)):
        enrollments.stop(enrollment, "unsubscribed", by)
    if email.prospect_id:
        prospects.advance_outreach(email.prospect_id, "opted_out", by)
