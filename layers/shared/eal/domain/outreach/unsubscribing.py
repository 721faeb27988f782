"""Unsubscribing by the link of an e-mail, without a login: no e-mail to its recipient any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table.read import get
from eal.domain.organization_settings.store import outreach_in
from eal.domain.organization_settings.table_keys import organization_key
from eal.domain.outreach.deliverability import store as deliverability
from eal.domain.outreach.emails.store import EMAILS, tombstone_key
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects import store as prospects

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json


def sender_name(organization_id: str) -> str | None:
    """The name under which an organization sends e-mail, or else its own; None if there is no such organization."""
    item = get(organization_key(organization_id))
    if item is None:
        return None
    sender = outreach_in(cast("dict[str, Json]", item.get("settings", {}))).sender
    return sender.name if sender else cast("str", item["name"])


def unsubscribe(email_id: str, by: Caller) -> None:
    """Suppress the recipient of an e-mail and stop the enrollment, in the caller's transaction. Idempotent.

    The e-mail of an erased person has left the hash of its address, because a link must work for at least 30 days
    (CAN-SPAM, section 5(a)(3)(A)(ii)).
    """
    email = EMAILS.find(by.tenant, email_id)
    if email is None:
        if tombstone := get(tombstone_key(by.tenant, email_id)):
            address_sha256 = cast("str", tombstone["address_sha256"])
            suppressions.suppress_erased_address(
                address_sha256, "unsubscribed", "unsubscribe_link", by, email_id=email_id
            )
        return
    written = suppressions.suppress_address(
        email.to, "unsubscribed", "unsubscribe_link", by, email_id=email.id
    )
    # The person may be enrolled with another address since.
    for enrollment in enrollments.all_open(by.tenant, (email.to, email.person_id)):
        enrollments.stop(enrollment, "unsubscribed", by)
    if email.prospect_id:
        prospects.advance_outreach(email.prospect_id, "opted_out", by)
    if written:
        deliverability.counted(email, "unsubscribed", by)
