"""E-mail events and e-mails in the State table. A claim of the vendor's id prevents duplicate events."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.clock import rfc3339
from eal.core.table.collection import Collection
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get, get_all
from eal.domain.outreach.emails import model
from eal.domain.outreach.emails.model import Content, Email, EmailEvent, Occurrence
from eal.domain.outreach.mail import PERSONAL
from eal.domain.outreach.sending import due

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.emails.wire import EmailQuery
    from eal.domain.outreach.mail import MailEvent

EMAILS = Collection(
    "EMAIL",
    Email,
    id_prefix="email",
    noun="e-mail",
    indexes={"to": ("gsi1", "to"), "sequence_id": ("gsi2", "sequence")},
    personal=model.PERSONAL,
    unaudited=frozenset({"attempted_with", "occurrences"}),
)
EMAIL_EVENTS = Collection(
    "EMAIL_EVENT",
    EmailEvent,
    id_prefix="emev",
    noun="e-mail event",
    indexes={"vendor_email_id": ("gsi1", "mail")},
    personal=PERSONAL,
)

_FILTERS = (
    "status", "to", "sequence_id", "enrollment_id", "draft_id", "review_request_id", "lead_id", "prospect_id",
)  # fmt: skip


def content_key(tenant: Tenant, email_id: str) -> Key:
    """`org_…#live#EMAIL_CONTENT`, `email_…`."""
    return key(tenant, "EMAIL_CONTENT", email_id)


def content_of(email_id: str, by: Caller) -> Content | None:
    """The text that was sent, or is to be sent. None once it is erased."""
    item = get(content_key(by.tenant, email_id))
    return load(Content, item) if item else None


def get_with_content(email_id: str, by: Caller) -> tuple[Email, Content | None]:
    """Raises: NotFound."""
    if not ids.is_id(EMAILS.id_prefix, email_id):
        raise EMAILS.not_found(email_id)
    email, content = get_all([EMAILS.key(by.tenant, email_id), content_key(by.tenant, email_id)])
    if email is None:
        raise EMAILS.not_found(email_id)
    return EMAILS.load(email), load(Content, content) if content else None


def search(query: EmailQuery, by: Caller) -> Page[Email]:
    """E-mails, newest first.

    Raises: InvalidCursor.
    """
    filters = {name: getattr(query, name) for name in _FILTERS}
    if query.status == "queued" and query.sequence_id:
        # A predicate, because queued e-mails are not in the index by sequence.
        filters["sequence_id"] = lambda stored: stored == query.sequence_id
    return EMAILS.search(by.tenant, query, filters)


def complete_content(email_id: str, completed: Content, by: Caller) -> None:
    """Replace the content that an e-mail was queued with, in the caller's transaction. It is done once."""
    by.transaction.put_version(_content_item(email_id, completed, 2, by), was=1)


def _content_item(email_id: str, content: Content, version: int, by: Caller) -> Item:
    key_of = content_key(by.tenant, email_id)
    return {**key_of._asdict(), "kind": "EMAIL_CONTENT", "version": version, **dump(content)}


def vendor_id_key(tenant: Tenant, vendor: str, vendor_email_id: str) -> Key:
    """`org_…#live#EMAIL_VENDOR_ID`, `resend#…`: the pointer from the vendor's id of an e-mail to ours."""
    return key(tenant, "EMAIL_VENDOR_ID", f"{vendor}#{vendor_email_id}")


def message_id_key(tenant: Tenant, message_id: str) -> Key:
    """`org_…#live#EMAIL_MESSAGE_ID`, `<…@email.amazonses.com>`: the pointer from the id that replies name to ours."""
    return key(tenant, "EMAIL_MESSAGE_ID", message_id)


def item_of(email: Email, by: Caller) -> Item:
    """The e-mail's item. While the e-mail is queued, its index is not that by sequence, but by `send_at`."""
    item = EMAILS.item(by.tenant, email)
    if email.status == "queued":
        item |= {
            "gsi2pk": EMAILS.partition(by.tenant, "queued"),
            "gsi2sk": f"{rfc3339(email.send_at)}#{email.id}",
        }
    return item


def queue(email: Email, content: Content, by: Caller) -> Email:
    """Create an e-mail that is sent at its `send_at`, in the caller's transaction. Returns it as stored."""
    queued = replace(email, occurrences=(Occurrence(type="queued", at=email.created_at),))
    due.mark(by.tenant, queued.send_at)
    by.transaction.create(item_of(queued, by))
    by.transaction.create(_content_item(queued.id, content, 1, by))
    EMAILS.audit(by.transaction, "email.queued", None, queued)
    return queued


def point_to(email: Email, by: Caller) -> None:
    """Store the pointer from the vendor's id to the e-mail, in the caller's transaction."""
    if email.vendor and email.vendor_email_id:
        pointer = vendor_id_key(by.tenant, email.vendor, email.vendor_email_id)
        by.transaction.create({**pointer._asdict(), "kind": "EMAIL_VENDOR_ID", "email_id": email.id})


def record_unsent(email: Email, by: Caller) -> None:
    """Create an e-mail that could not be written, in the caller's transaction: its record says why."""
    by.transaction.create(item_of(email, by))
    EMAILS.audit(by.transaction, f"email.{email.status}", None, email)


def replace_version(action: str, before: Email, changed: Email, by: Caller) -> Email:
    """Write the e-mail's next version, in the caller's transaction. Replies find it by its Message-ID.

    The audit record has no occurrences, because the action names the new one, and a clicked link is personal.
    """
    after = replace(changed, updated_at=by.at, version=before.version + 1)
    by.transaction.put_version(item_of(after, by), was=before.version)
    if after.message_id and after.message_id != before.message_id:
        pointer = message_id_key(by.tenant, after.message_id)
        by.transaction.put({**pointer._asdict(), "kind": "EMAIL_MESSAGE_ID", "email_id": after.id})
    EMAILS.audit(by.transaction, action, before, after)
    return after


def tombstone_key(tenant: Tenant, email_id: str) -> Key:
    """`org_…#live#EMAIL_TOMBSTONE`, `email_…`: of an erased e-mail, the hash of the address that it went to."""
    return key(tenant, "EMAIL_TOMBSTONE", email_id)


def soft_bounces_key(tenant: Tenant, address: str) -> Key:
    """`org_…#live#SOFT_BOUNCES`, `dana@example.com`: the e-mails to an address that bounced temporarily."""
    return key(tenant, "SOFT_BOUNCES", address)


def recipient_partition(tenant: Tenant, address: str) -> str:
    """`org_…#live#EMAIL_EVENT_RECIPIENT#dana@example.com`: the pointers to the events of e-mails to one address.

    Items and not an index, because an e-mail may have 50 recipients and an index entry names one.
    """
    return partition(tenant, "EMAIL_EVENT_RECIPIENT", address)


def recipient_key(tenant: Tenant, address: str, event_id: str) -> Key:
    return Key(recipient_partition(tenant, address), event_id)


def store_event(event: MailEvent, by: Caller) -> bool:
    """Store an e-mail event, in the caller's transaction. False if it is not new.

    The commit raises AlreadyWritten if another worker stores it concurrently.
    """
    claim = event_claim_key(event.vendor, event.vendor_event_id, by)
    if get(claim):
        return False
    new = EmailEvent(
        **{field.name: getattr(event, field.name) for field in fields(event)},
        id=ids.new("emev", by.at),
        created_at=by.at,
        salt=audit.new_salt(),
    )
    by.transaction.create({**claim._asdict(), "kind": "EMAIL_EVENT_CLAIM", "event_id": new.id})
    by.transaction.create(EMAIL_EVENTS.item(by.tenant, new))
    for address in new.recipients:
        pointer = recipient_key(by.tenant, address, new.id)
        by.transaction.create({**pointer._asdict(), "kind": "EMAIL_EVENT_RECIPIENT"})
    EMAIL_EVENTS.audit(by.transaction, "email_event.recorded", None, new)
    return True


def event_claim_key(vendor: str, vendor_id: str, by: Caller) -> Key:
    """`org_…#live#EMAIL_EVENT_CLAIM`, `resend#…`."""
    return key(by.tenant, "EMAIL_EVENT_CLAIM", f"{vendor}#{vendor_id}")
