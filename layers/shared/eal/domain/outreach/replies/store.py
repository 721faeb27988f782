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
    from collections.abc import Callable, Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.domain.outreach.mail import Mail, MailBody, Missing
    from eal.domain.outreach.replies.wire import ReplyQuery

REPLIES = Collection(KIND, Reply, id_prefix="reply", noun="reply")

_NOT_AUDITED = frozenset({"id", "created_at", "salt", "version", "handled_at"})
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
    by.transaction.create(_item(new, by))
    if missing is None:
        by.transaction.create(
            {
                **body_key(by.tenant, new.id)._asdict(),
                "kind": "REPLY_BODY",
                "text": _truncated(body.text, _MAX_TEXT_BYTES),
                "html": _truncated(body.html, _MAX_HTML_BYTES),
            }
        )
    by.transaction.audit("reply.received", new.id, _changes({}, new))
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
    """One page of replies, newest first by default. The sender and the person have indexes."""
    keep = _filter(query)
    if query.sender:
        return REPLIES.page(by.tenant, query, index="gsi1", by=("sender", query.sender), keep=keep)
    if person_id := query.lead_id or query.prospect_id:
        return REPLIES.page(by.tenant, query, index="gsi2", by=("person", person_id), keep=keep)
    return REPLIES.page(by.tenant, query, keep=keep)


def replace_version(action: str, before: Reply, changed: Reply, by: Caller) -> Reply:
    """Write the reply's next version, in the caller's transaction."""
    after = replace(changed, version=before.version + 1)
    by.transaction.replace(_item(after, by), was=before.version)
    by.transaction.audit(action, after.id, _changes(_audited(before), after))
    return after


def _claim_key(vendor: str, vendor_id: str, by: Caller) -> Key:
    """`org_…#live#REPLY_CLAIM`, `resend#…`."""
    return key(by.tenant, "REPLY_CLAIM", f"{vendor}#{vendor_id}")


def _truncated(text: str | None, max_bytes: int) -> str | None:
    return text.encode(errors="ignore")[:max_bytes].decode(errors="ignore") if text else None


def _item(reply: Reply, by: Caller) -> Item:
    """The reply's item, by sender, and by the lead or prospect that we wrote to."""
    person_id = reply.lead_id or reply.prospect_id
    return REPLIES.item(
        by.tenant,
        reply,
        gsi1=("sender", reply.sender) if reply.sender else None,
        gsi2=("person", person_id) if person_id else None,
    )


def _filter(query: ReplyQuery) -> Callable[[Item], bool] | None:
    """A predicate for the filters that no index serves; None if there are none."""
    names = ("needs_review", "sequence_id", "lead_id", "prospect_id")
    equal = {name: value for name in names if (value := getattr(query, name)) is not None}
    if not equal and query.classification is None:
        return None

    def keep(item: Item) -> bool:
        counts = cast("Item", item.get("correction") or item.get("run") or {})
        return query.classification in (None, counts.get("classification")) and all(
            item.get(name) == value for name, value in equal.items()
        )

    return keep


def _audited(reply: Reply) -> Item:
    """The fields that the audit log records. Quotes are part of the body, which it does not record."""
    audited = {name: value for name, value in dump(reply).items() if name not in _NOT_AUDITED}
    run, correction = (cast("Item", audited.pop(name, {})) for name in ("run", "correction"))
    return {
        **audited,
        **{name: value for name, value in run.items() if name not in ("at", "evidence")},
        **{f"correction.{name}": value for name, value in correction.items() if name not in ("at", "by")},
    }


def _changes(before: Item, after: Reply) -> tuple[audit.Change, ...]:
    return audit.changes(before, _audited(after), personal=mails.PERSONAL | PERSONAL, salt=after.salt)
