"""Erasing what outreach stores of an erased lead or prospect, with its salts.

Deleted are e-mails with their contents and events. Enrollments stop and lose their address. Suppressions
lose their address and keep its hash, because the wish to get no mail outlives the data of the person who had it. The
claims stay, so events that the vendor reports again are not new.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast, get_args

from eal.core import audit
from eal.core.table import scrub
from eal.core.table.keys import Key
from eal.core.table.read import get, get_all, walk
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.emails.store import EMAIL_EVENTS, EMAILS, recipient_key, recipient_partition
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.outreach.suppressions.model import Topic, sha256_of
from eal.domain.outreach.suppressions.store import SUPPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.emails.model import Email
    from eal.domain.outreach.enrollments.model import Enrollment

TOMBSTONE_LIFETIME = timedelta(days=60)
"""A link to unsubscribe must work for 30 days after its e-mail (CAN-SPAM, section 5(a)(3)(A)(ii))."""


def stop_enrollments(erased: Erased, by: Caller) -> list[Enrollment]:
    """Stop the open enrollments of the person and its addresses, in the caller's transaction. Returns them.

    Commit it before the rest of the erasure: then no further e-mail is queued.
    """
    found = {
        enrollment.id: enrollment
        for claimed in (erased.id, *erased.values("email"))
        if (enrollment := enrollments.find_open(by.tenant, claimed))
    }
    return [enrollments.stop(enrollment, "erased", by) for enrollment in found.values()]


def emails_of(tenant: Tenant, erased: Erased, stopped: Sequence[Enrollment]) -> Iterator[Email]:
    """The e-mails to the person: those to its addresses before the erasure, and all that name it.

    The last one of an enrollment that was just stopped may be too new for the index.
    """
    for enrollment in stopped:
        if enrollment.last_email_id and (email := EMAILS.find(tenant, enrollment.last_email_id)):
            yield email
    for address in erased.values("email"):
        for item in scrub.walk_index(EMAILS.partition(tenant, "to", address)):
            if erased.predates_erasure(item) or erased.id in (item.get("lead_id"), item.get("prospect_id")):
                yield EMAILS.load(item)


def scrub_traces(tenant: Tenant, email_id: str) -> None:
    """Remove the personal values from the stored events of an e-mail, and from responses that show it. Idempotent."""
    scrub.events(tenant, email_id, without_personal_values)
    scrub.responses(tenant, email_id)


def erase_email(tenant: Tenant, email: Email) -> None:
    """Delete an e-mail and leave a tombstone. Idempotent. The e-mail itself is last, because a second run finds it."""
    scrub.put_remnant(
        {
            **emails.tombstone_key(tenant, email.id)._asdict(),
            "kind": "EMAIL_TOMBSTONE",
            "address_sha256": sha256_of(email.to),
            "topic": email.topic,
            "ttl": int(((email.sent_at or email.send_at) + TOMBSTONE_LIFETIME).timestamp()),
        }
    )
    scrub.remove_key(emails.content_key(tenant, email.id))
    if email.vendor and email.vendor_email_id:
        scrub.remove_key(emails.vendor_id_key(tenant, email.vendor, email.vendor_email_id))
    if email.message_id:
        scrub.remove_key(emails.message_id_key(tenant, email.message_id))
    scrub.remove_key(EMAILS.key(tenant, email.id))


def erase_addresses(tenant: Tenant, erased: Erased, stopped: Sequence[Enrollment]) -> None:
    """Delete the events of e-mails to the addresses. Remove these from enrollments and suppressions. Idempotent."""
    for address in erased.values("email"):
        pointers = walk("pk = :pk", {":pk": recipient_partition(tenant, address)})
        for pointer in filter(erased.predates_erasure, pointers):
            _erase_event(tenant, pointer)
        for item in scrub.walk_index(enrollments.address_partition(tenant, address), "gsi2"):
            if erased.predates_erasure(item):
                _clear_enrollment(Key.of(item))
        scrub.remove_key(emails.soft_bounces_key(tenant, address))
        _clear_suppression(tenant, address)
    for enrollment in stopped:
        _clear_enrollment(ENROLLMENTS.key(tenant, enrollment.id))


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """An e-mail's view without what its recipient could be found by, still in its shape."""
    return {**data, "to": "", "subject": "", "reply_to": None, "reason": None, "events": []}


def _clear_enrollment(key: Key) -> None:
    scrub.clear(key, sets={"address": "", "salt": audit.new_salt()}, removes=("gsi2pk", "gsi2sk"))


def _clear_suppression(tenant: Tenant, address: str) -> None:
    topics: tuple[Topic, ...] = get_args(Topic.__value__)
    for claim in filter(None, get_all([suppressions.claim_key(tenant, address, topic) for topic in topics])):
        suppression_id = cast("str", claim["suppression_id"])
        scrub.responses(tenant, suppression_id)
        key = SUPPRESSIONS.key(tenant, suppression_id)
        scrub.clear(key, sets={"salt": audit.new_salt()}, removes=("address", "note"))


def _erase_event(tenant: Tenant, pointer: Item) -> None:
    """Delete the event even if the e-mail had other recipients, because they share its subject and reason.

    The pointer is deleted last, because a second run finds the event by it.
    """
    event_id = cast("str", pointer["sk"])
    event_key = EMAIL_EVENTS.key(tenant, event_id)
    event = get(event_key)
    for address in cast("list[str]", event["recipients"]) if event else []:
        other_pointer = recipient_key(tenant, address, event_id)
        if other_pointer.pk != pointer["pk"]:
            scrub.remove_key(other_pointer)
    scrub.remove_key(event_key)
    scrub.remove(pointer)
