"""Replies in the State table. A claim of the vendor's id prevents duplicates."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.table.collection import Collection
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all
from eal.domain.outreach import mail as mails
from eal.domain.outreach.replies.model import PERSONAL, Body, Reply, ReplyRecord
from eal.domain.outreach.replies.table_keys import KIND, body_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.domain.outreach.mail import Mail, MailBody, Missing
    from eal.domain.outreach.replies.wire import ReplyQuery


def _classifications(reply: Reply) -> Item:
    """Run and correction for the audit log. Quotes are part of the body, which it does not record."""
    run, correction = (dump(given) if given else {} for given in (reply.run, reply.correction))
    return {
        **{name: value for name, value in run.items() if name not in ("at", "evidence")},
        **{f"correction.{name}": value for name, value in correction.items() if name not in ("at", "by")},
    }


REPLIES = Collection(
    KIND,
    Reply,
    id_prefix="reply",
    noun="reply",
    indexes={"sender": ("gsi1", "sender"), "lead_id": ("gsi2", "person"), "prospect_id": ("gsi2", "person")},
    personal=mails.PERSONAL | PERSONAL,
    unaudited=frozenset({"handled_at", "run", "correction"}),
    derived=_classifications,
)

_MAX_TEXT_BYTES, _MAX_HTML_BYTES = 100_000, 200_000
"""Limits of a stored body: DynamoDB limits an item to 400 KB. The vendor has the rest."""


def known_replies(vendor: str, email_ids: Sequence[str], by: Caller) -> set[str]:
    """The ids, of up to 100 e-mails, that are stored as replies."""
    keys = [_claim_key(vendor, email_id, by) for email_id in email_ids]
    claims = get_all(keys) if keys else []
    return {email_id for email_id, claim in zip(email_ids, claims, strict=True) if claim}


def find_by_vendor_id(vendor: str, vendor_email_id: str, by: Caller) -> Reply | None:
    """The reply that an e-mail is stored as."""
    (claim,) = get_all([_claim_key(vendor, vendor_email_id, by)])
    return REPLIES.find(by.tenant, cast("str", claim["reply_id"])) if claim else None


def store_reply(mail: Mail, body: MailBody, missing: Missing | None, by: Caller) -> Reply:
    """Store a reply with its body, in the caller's transaction. The caller must have checked that it is new.

    `classify_reply` does the rest. The commit raises AlreadyWritten if another worker stores it concurrently.
    """
    new = Reply(
        **{field.name: getattr(mail, field.name) for field in fields(mail)},
        id=ids.new("reply", by.at),
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
        in_reply_to=body.in_reply_to,
        references=body.references,
        headers=body.headers,
        body_missing=missing,
    )
    claim = _claim_key(mail.vendor, mail.vendor_email_id, by)
    by.transaction.create({**claim._asdict(), "kind": "REPLY_CLAIM", "reply_id": new.id})
    by.transaction.create(REPLIES.item(by.tenant, new))
    if missing is None:
        by.transaction.create(
            {
                **body_key(by.tenant, new.id)._asdict(),
                "kind": "REPLY_BODY",
                "text": _truncated(body.text, _MAX_TEXT_BYTES),
                "html": _truncated(body.html, _MAX_HTML_BYTES),
            }
        )
    REPLIES.audit(by.transaction, "reply.received", None, new)
    by.transaction.enqueue_task("classify_reply", {"reply_id": new.id})
    return new


def get(reply_id: str, by: Caller) -> ReplyRecord:
    """Raises: NotFound."""
    record = find(reply_id, by)
    if record is None:
        raise REPLIES.not_found(reply_id)
    return record


def find(reply_id: str, by: Caller) -> ReplyRecord | None:
    """The reply with its body, in one round trip."""
    if not ids.is_id(REPLIES.id_prefix, reply_id):
        return None
    reply, body = get_all([REPLIES.key(by.tenant, reply_id), body_key(by.tenant, reply_id)])
    if reply is None:
        return None
    return ReplyRecord(reply=REPLIES.load(reply), body=load(Body, body) if body else Body())


def search(query: ReplyQuery, by: Caller) -> Page[Reply]:
    """One page of replies, newest first by default."""
    filters: Filters = {
        "sender": query.sender,
        "lead_id": query.lead_id,
        "prospect_id": query.prospect_id,
        "sequence_id": query.sequence_id,
        "needs_review": query.needs_review,
    }
    wanted = query.classification
    return REPLIES.search(
        by.tenant, query, filters, (lambda item: _class_of(item) == wanted) if wanted else None
    )


def replace_version(action: str, before: Reply, changed: Reply, by: Caller) -> Reply:
    """Write the reply's next version, in the caller's transaction."""
    after = replace(changed, version=before.version + 1)
    by.transaction.replace(REPLIES.item(by.tenant, after), was=before.version)
    REPLIES.audit(by.transaction, action, before, after)
    return after


def _claim_key(vendor: str, vendor_id: str, by: Caller) -> Key:
    """`org_…#live#REPLY_CLAIM`, `resend#…`."""
    return key(by.tenant, "REPLY_CLAIM", f"{vendor}#{vendor_id}")


def _truncated(text: str | None, max_bytes: int) -> str | None:
    return text.encode(errors="ignore")[:max_bytes].decode(errors="ignore") if text else None


def _class_of(item: Item) -> Json:
    """The classification that counts: a person's, or else the engine's."""
    return cast("Item", item.get("correction") or item.get("run") or {}).get("classification")
