"""Replies in the State table. A claim of the vendor's id prevents duplicates."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.table.collection import Collection
from eal.core.table.item import dump
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all
from eal.domain.outreach.mail import PERSONAL
from eal.domain.outreach.replies.model import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.mail import Mail, MailBody, Missing

REPLIES = Collection("REPLY", Reply, id_prefix="reply", noun="reply")

_NOT_AUDITED = frozenset({"id", "created_at", "salt", "version"})
_MAX_TEXT_BYTES, _MAX_HTML_BYTES = 100_000, 200_000
"""Limits of a stored body: DynamoDB limits an item to 400 KB. The vendor has the rest."""


def replies_partition(tenant: Tenant, sender: str) -> str:
    """The gsi1 partition of the replies from one address."""
    return REPLIES.partition(tenant, "sender", sender)


def body_key(tenant: Tenant, reply_id: str) -> Key:
    """`org_…#live#REPLY_BODY`, `reply_…`."""
    return key(tenant, "REPLY_BODY", reply_id)


def known_replies(vendor: str, email_ids: Sequence[str], by: Caller) -> set[str]:
    """Those of up to 100 e-mails that are stored as replies."""
    keys = [_claim_key(vendor, email_id, by) for email_id in email_ids]
    claims = get_all(keys) if keys else []
    return {email_id for email_id, claim in zip(email_ids, claims, strict=True) if claim}


def store_reply(mail: Mail, body: MailBody, missing: Missing | None, by: Caller) -> Reply:
    """Store a reply with its body, in the caller's transaction. The caller must have checked that it is new.

    The commit raises AlreadyWritten if another worker stores it concurrently.
    """
    new = Reply(
        **{field.name: getattr(mail, field.name) for field in fields(mail)},
        id=ids.new("reply", by.at),
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
        in_reply_to=body.in_reply_to,
        references=body.references,
        automatic=body.automatic,
        body_missing=missing,
    )
    claim = _claim_key(mail.vendor, mail.vendor_email_id, by)
    by.transaction.create({**claim._asdict(), "kind": "REPLY_CLAIM", "reply_id": new.id})
    sender = ("sender", new.sender) if new.sender else None
    by.transaction.create(REPLIES.item(by.tenant, new, gsi1=sender))
    if missing is None:
        by.transaction.create(
            {
                **body_key(by.tenant, new.id)._asdict(),
                "kind": "REPLY_BODY",
                "text": _truncated(body.text, _MAX_TEXT_BYTES),
                "html": _truncated(body.html, _MAX_HTML_BYTES),
            }
        )
    by.transaction.audit("reply.received", new.id, _changes(dump(new), new.salt))
    return new


def _claim_key(vendor: str, vendor_id: str, by: Caller) -> Key:
    """`org_…#live#REPLY_CLAIM`, `resend#…`."""
    return key(by.tenant, "REPLY_CLAIM", f"{vendor}#{vendor_id}")


def _truncated(text: str | None, max_bytes: int) -> str | None:
    return text.encode(errors="ignore")[:max_bytes].decode(errors="ignore") if text else None


def _changes(stored: Item, salt: str) -> tuple[audit.Change, ...]:
    audited = {name: value for name, value in stored.items() if name not in _NOT_AUDITED}
    return audit.changes({}, audited, personal=PERSONAL, salt=salt)
