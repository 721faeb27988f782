"""What became of mails, and replies, in the State table. A claim by the vendor's own id keeps each of them single."""

from collections.abc import Sequence
from dataclasses import fields

from eal.core import audit, ids
from eal.core.caller import Caller
from eal.core.table.item import Item, dump
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get, get_all
from eal.core.tenancy import Tenant
from eal.domain.outreach.model import PERSONAL, EmailEvent, Mail, MailBody, MailEvent, Missing, Reply

_NOT_AUDITED = frozenset({"id", "created_at", "salt", "version"})
_TEXT_BYTES, _HTML_BYTES = 100_000, 200_000
"""Of a body: an item of the table holds 400 KB. The vendor keeps the rest."""


def replies_from(tenant: Tenant, sender: str) -> str:
    """The gsi1 partition of the replies from one address."""
    return partition(tenant, "REPLY", "sender", sender)


def recipient_at(tenant: Tenant, address: str, event_id: str) -> Key:
    """`org_…#live#EMAIL_EVENT_RECIPIENT#dana@example.com`, `emev_…`: by these an erasure finds what became of mails.

    Items and not an index: a mail may have 50 recipients, and an index entry names one.
    """
    return key(tenant, f"EMAIL_EVENT_RECIPIENT#{address}", event_id)


def record(event: MailEvent, by: Caller) -> bool:
    """Keep what became of a mail, in the caller's write. False where it has been told before.

    The commit raises AlreadyWritten where another worker is told of it at the same time.
    """
    claim = _claim_at("EMAIL_EVENT_CLAIM", event.vendor, event.vendor_event_id, by)
    if get(claim):
        return False
    new = EmailEvent(
        **{one.name: getattr(event, one.name) for one in fields(event)},
        id=ids.new("emev", by.at),
        created_at=by.at,
        salt=audit.new_salt(),
    )
    by.transaction.create({**claim._asdict(), "kind": "EMAIL_EVENT_CLAIM", "event_id": new.id})
    by.transaction.create(
        {
            **key(by.tenant, "EMAIL_EVENT", new.id)._asdict(),
            "kind": "EMAIL_EVENT",
            "gsi1pk": partition(by.tenant, "EMAIL_EVENT", "mail", new.vendor_email_id),
            "gsi1sk": new.id,
            **dump(new),
        }
    )
    for address in new.recipients:
        by.transaction.create(
            {
                **recipient_at(by.tenant, address, new.id)._asdict(),
                "kind": "EMAIL_EVENT_RECIPIENT",
            }
        )
    by.transaction.audit("email_event.recorded", new.id, _changes(dump(new), new.salt))
    return True


def known(vendor: str, email_ids: Sequence[str], by: Caller) -> set[str]:
    """Those of up to 100 mails that are replies of ours already."""
    claims = get_all([_claim_at("REPLY_CLAIM", vendor, one, by) for one in email_ids]) if email_ids else []
    return {one for one, claim in zip(email_ids, claims, strict=True) if claim}


def keep(mail: Mail, body: MailBody, missing: Missing | None, by: Caller) -> Reply:
    """A reply with its body, in the caller's write. For a mail that is not known.

    The commit raises AlreadyWritten where another worker keeps it at the same time.
    """
    new = Reply(
        **{one.name: getattr(mail, one.name) for one in fields(mail)},
        id=ids.new("reply", by.at),
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
        in_reply_to=body.in_reply_to,
        references=body.references,
        automatic=body.automatic,
        body_missing=missing,
    )
    claim = _claim_at("REPLY_CLAIM", mail.vendor, mail.vendor_email_id, by)
    by.transaction.create({**claim._asdict(), "kind": "REPLY_CLAIM", "reply_id": new.id})
    item: Item = {
        **key(by.tenant, "REPLY", new.id)._asdict(),
        "kind": "REPLY",
        **dump(new),
    }
    if new.sender:
        item |= {
            "gsi1pk": replies_from(by.tenant, new.sender),
            "gsi1sk": new.id,
        }
    by.transaction.create(item)
    if missing is None:
        by.transaction.create(
            {
                **key(by.tenant, "REPLY_BODY", new.id)._asdict(),
                "kind": "REPLY_BODY",
                "text": _cut(body.text, _TEXT_BYTES),
                "html": _cut(body.html, _HTML_BYTES),
            }
        )
    by.transaction.audit("reply.received", new.id, _changes(dump(new), new.salt))
    return new


def _claim_at(kind: str, vendor: str, vendor_id: str, by: Caller) -> Key:
    return key(by.tenant, kind, f"{vendor}#{vendor_id}")


def _cut(text: str | None, most: int) -> str | None:
    return text.encode(errors="ignore")[:most].decode(errors="ignore") if text else None


def _changes(stored: Item, salt: str) -> tuple[audit.Change, ...]:
    told = {name: value for name, value in stored.items() if name not in _NOT_AUDITED}
    return audit.changes({}, told, personal=PERSONAL, salt=salt)
