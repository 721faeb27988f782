"""Forms and text messages in the State table. A claim by the vendor's own id keeps each of them single."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.table.item import dump
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import get
from eal.domain.leads import capture as leads
from eal.domain.messages.model import PERSONAL, Form, SentText, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.leads.wire import LeadCreate

_NOT_AUDITED = frozenset({"id", "created_at", "salt", "version", "content", "fields"})


def forms_of(tenant: Tenant, lead_id: str) -> str:
    """The gsi1 partition of a lead's forms."""
    return partition(tenant, "FORM", "lead", lead_id)


def texts_with(tenant: Tenant, number: str) -> str:
    """The gsi1 partition of the text messages from and to one number of somebody outside."""
    return partition(tenant, "TEXT", "number", number)


def take_form(
    vendor: str,
    vendor_form_id: str,
    *,
    submitted_at: datetime,
    page: str | None,
    fields: Mapping[str, str],
    filled_in: LeadCreate | None,
    by: Caller,
) -> bool:
    """Make the form's lead, or add what it says to the lead that has its contact. False where it was taken before.

    What its lead has no room for is left out: the form is taken all the same. The commit raises Conflict where one of
    the contacts is another lead's. The fields as they were filled in are kept with a form that has a lead, whose
    erasure takes them; of nobody's form, nothing would.
    """
    claim = _claim_at("FORM_CLAIM", vendor, vendor_form_id, by)
    if get(claim):
        return False
    lead_id = None
    if filled_in is not None:
        lead_id = leads.from_form(filled_in, by).id
    form = Form(
        id=ids.new("form", by.at),
        vendor=vendor,
        vendor_form_id=vendor_form_id,
        submitted_at=submitted_at,
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
        page=page,
        lead_id=lead_id,
        fields=dict(fields) if lead_id else {},
    )
    index: Item = {}
    if lead_id:
        index = {"gsi1pk": forms_of(by.tenant, lead_id), "gsi1sk": form.id}
    _create("FORM", claim, form.id, dump(form), index, by)
    by.transaction.audit("form.received", form.id, _changes(dump(form), form.salt))
    return True


def take_text(sent: SentText, by: Caller) -> bool:
    """Keep a text message, in the caller's write. False where it was kept before."""
    claim = _claim_at("TEXT_CLAIM", sent.vendor, sent.vendor_text_id, by)
    if get(claim):
        return False
    text = Text(
        **{one.name: getattr(sent, one.name) for one in fields(sent)},
        id=ids.new("text", by.at),
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    number = text.from_number if text.direction == "received" else text.to_number
    index: Item = {}
    if number:
        index = {"gsi1pk": texts_with(by.tenant, number), "gsi1sk": text.id}
    _create("TEXT", claim, text.id, dump(text), index, by)
    content = hashlib.sha256((text.content or "").encode()).hexdigest()
    changes = _changes({**dump(text), "content_sha256": content}, text.salt)
    by.transaction.audit(f"text.{text.direction}", text.id, changes)
    return True


def _create(kind: str, claim: Key, item_id: str, stored: Item, index: Item, by: Caller) -> None:
    """The item with its claim. Of two workers at once, one is too late: it reads again and finds the other's."""
    by.transaction.create({**claim._asdict(), "kind": f"{kind}_CLAIM", "item_id": item_id})
    place = key(by.tenant, kind, item_id)
    by.transaction.create({**place._asdict(), "kind": kind, **index, **stored})


def _claim_at(kind: str, vendor: str, vendor_id: str, by: Caller) -> Key:
    return key(by.tenant, kind, f"{vendor}#{vendor_id}")


def _changes(stored: Item, salt: str) -> tuple[audit.Change, ...]:
    told = {name: value for name, value in stored.items() if name not in _NOT_AUDITED}
    return audit.changes({}, told, personal=PERSONAL, salt=salt)
