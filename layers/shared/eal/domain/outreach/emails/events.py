"""Events of sent e-mails: what the vendor reports, in any order and more than once, and what follows from it.

| event | what follows |
|---|---|
| permanent bounce | the address is suppressed, its open enrollment stops |
| any other bounce | the third one of an address in 90 days does the same |
| complaint | the same, also for an enrollment of the person with another address; the prospect has opted out |
| suppressed by the vendor | the open enrollment stops |
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from eal.core import clock, ids, observe
from eal.core.clock import rfc3339
from eal.core.table.read import get, get_all
from eal.domain.organization_settings.outreach import outreach_in
from eal.domain.organization_settings.store import settings_of
from eal.domain.outreach.deliverability import store as deliverability
from eal.domain.outreach.emails import store
from eal.domain.outreach.emails.model import Occurrence, with_occurrence
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.review_requests import following as review_requests
from eal.domain.outreach.sending import due
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects import store as prospects

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.enrollments.model import StopReason
    from eal.domain.outreach.mail import EventType, MailEvent
    from eal.domain.outreach.suppressions.model import SuppressionReason

MAX_SOFT_BOUNCES = 3
"""E-mails to an address that bounce temporarily. The last one suppresses it. A delay does not count as a bounce."""
SOFT_BOUNCE_WINDOW = timedelta(days=90)


def apply(event: MailEvent, by: Caller) -> Email | None:
    """Record an event, in the caller's transaction. Returns the e-mail; None if nothing is new, or if the e-mail is not
    one of ours: then only the event is stored.

    After the commit of a bounce or complaint, call `sender.pause_if_unwanted`.
    """
    email_id = _email_id(event, by)
    claim_key = store.event_claim_key(event.vendor, event.vendor_event_id, by)
    email, claim = _find(email_id, claim_key, by)
    if email is None and email_id and (tombstone := get(store.tombstone_key(by.tenant, email_id))):
        _suppress_erased(event, email_id, cast("str", tombstone["address_sha256"]), by)
        return None
    if email is None:
        if not store.store_event(event, by):
            observe.count("inbound_duplicates")
        return None
    if claim:
        observe.count("inbound_duplicates")
        return None
    occurrence = _occurrence(event)
    known = email
    if not email.is_known_to_vendor:
        known = replace(email, vendor=event.vendor, vendor_email_id=event.vendor_email_id)
    after = with_occurrence(known, occurrence)
    if event.message_id and email.message_id is None:
        after = replace(after, message_id=event.message_id)
    if after == email or not _is_recorded(event.type, by):
        return None
    by.transaction.create({**claim_key._asdict(), "kind": "EMAIL_EVENT_CLAIM", "email_id": email.id})
    if after.status == "queued":
        due.mark(by.tenant, after.send_at)  # the sender then records the sending
    written = store.replace_version(f"email.{event.type}", email, after, by)
    deliverability.count_change(email, written, by)
    review_requests.follow(written, by)
    _follow_up(email, occurrence, by)
    return written


def _email_id(event: MailEvent, by: Caller) -> str | None:
    """The id of the event's e-mail: by the tag, or else by the vendor's id. None if it is not one of ours."""
    if event.email_id and ids.is_id(EMAILS.id_prefix, event.email_id):
        return event.email_id
    pointer = get(store.vendor_id_key(by.tenant, event.vendor, event.vendor_email_id))
    return cast("str", pointer["email_id"]) if pointer else None


def _find(email_id: str | None, claim_key: Key, by: Caller) -> tuple[Email | None, Item | None]:
    """The e-mail, and the claim of the event if it is recorded already."""
    if email_id is None:
        return None, None
    item, claim = get_all([EMAILS.key(by.tenant, email_id), claim_key])
    return EMAILS.load(item) if item else None, claim


def _suppress_erased(event: MailEvent, email_id: str, address_sha256: str, by: Caller) -> None:
    """Keep of an event of an erased person's e-mail only that the address gets no more mail."""
    is_hard_bounce = _occurrence(event).is_hard_bounce
    if event.type == "complained" or is_hard_bounce:
        reason: SuppressionReason = "bounced" if is_hard_bounce else "complained"
        suppressions.suppress_erased_address(address_sha256, reason, "vendor", by, email_id=email_id)


def _occurrence(event: MailEvent) -> Occurrence:
    return Occurrence(type=event.type, at=event.at, detail=_detail(event))


def _is_recorded(event_type: EventType, by: Caller) -> bool:
    """Openings and clicks are recorded only if the organization wants it."""
    if event_type not in ("opened", "clicked"):
        return True
    outreach = outreach_in(settings_of(by.organization_id))
    return outreach.track_opens if event_type == "opened" else outreach.track_clicks


def _detail(event: MailEvent) -> str | None:
    match event.type:
        case "bounced":
            return event.bounce_type or "Undetermined"
        case "clicked":
            return event.link
        case "failed" | "suppressed":
            return event.reason
        case _:
            return None


def _follow_up(email: Email, occurrence: Occurrence, by: Caller) -> None:
    match occurrence.type:
        case "complained":
            _suppress(email, "complained", by)
            for enrollment in enrollments.all_open(by.tenant, (email.to, email.person_id)):
                enrollments.stop(enrollment, "complained", by)
            if email.prospect_id:
                prospects.advance_outreach(email.prospect_id, "opted_out", by)
        case "bounced":
            if occurrence.is_hard_bounce or _is_last_soft_bounce(email, occurrence, by):
                _suppress(email, "bounced", by)
                _stop_enrollment(email, "bounced", by)
        case "suppressed":
            _stop_enrollment(email, "suppressed", by)
        case _:
            pass


def _suppress(email: Email, reason: Literal["bounced", "complained"], by: Caller) -> None:
    suppressions.suppress_address(email.to, reason, "vendor", by, email_id=email.id)


def _stop_enrollment(email: Email, reason: StopReason, by: Caller) -> None:
    if enrollment := enrollments.find_open(by.tenant, email.to):
        enrollments.stop(enrollment, reason, by)


def _is_last_soft_bounce(email: Email, bounce: Occurrence, by: Caller) -> bool:
    """Count a soft bounce of the address, once for each e-mail. Whether it is one too many."""
    key = store.soft_bounces_key(by.tenant, email.to)
    item = get(key) or {"version": 0, "emails": {}}
    earlier = cast("dict[str, str]", item["emails"])
    if email.id in earlier:
        return False
    times = {**{email_id: clock.parse(at) for email_id, at in earlier.items()}, email.id: bounce.at}
    oldest = max(times.values()) - SOFT_BOUNCE_WINDOW
    counted = {email_id: rfc3339(at) for email_id, at in times.items() if at >= oldest}
    was = cast("int", item["version"])
    by.transaction.put_version(
        {**key._asdict(), "kind": "SOFT_BOUNCES", "emails": {**counted}, "version": was + 1}, was=was
    )
    return len(counted) >= MAX_SOFT_BOUNCES
