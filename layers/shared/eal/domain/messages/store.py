"""Forms and text messages in the State table. A claim of the vendor's id prevents duplicates."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.table.collection import Collection
from eal.core.table.keys import Key, key
from eal.core.table.read import get
from eal.domain.leads import capture as leads
from eal.domain.messages.model import PERSONAL, SentText, Text, WebForm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.leads.wire import LeadCreate

FORMS = Collection(
    "FORM",
    WebForm,
    id_prefix="form",
    noun="form",
    indexes={"lead_id": ("gsi1", "lead")},
    personal=PERSONAL,
    unaudited=frozenset({"fields"}),
)
TEXTS = Collection(
    "TEXT",
    Text,
    id_prefix="text",
    noun="text message",
    personal=PERSONAL,
    unaudited=frozenset({"content"}),
)


def forms_partition(tenant: Tenant, lead_id: str) -> str:
    """The gsi1 partition of a lead's forms."""
    return FORMS.partition(tenant, "lead", lead_id)


def texts_partition(tenant: Tenant, number: str) -> str:
    """The gsi1 partition of the text messages from and to an external phone number."""
    return TEXTS.partition(tenant, "number", number)


def store_form(
    vendor: str,
    vendor_form_id: str,
    *,
    submitted_at: datetime,
    page: str | None,
    fields: Mapping[str, str],
    filled_in: LeadCreate | None,
    by: Caller,
) -> bool:
    """Store a form and create its lead, or add its data to the lead that has its contact. False if it is not new.

    Data that its lead has no room for is left out. The commit raises Conflict if one of the contacts belongs to another
    lead. The submitted fields are stored only with a form that has a lead, because the erasure of the lead deletes
    them; nothing would delete those of a form without a lead.
    """
    claim = _claim_key("FORM", vendor, vendor_form_id, by)
    if get(claim):
        return False
    lead_id = None
    if filled_in is not None:
        lead_id = leads.from_form(filled_in, by).id
    form = WebForm(
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
    item = FORMS.item(by.tenant, form)
    _create(item, claim, by)
    FORMS.audit(by.transaction, "form.received", None, form)
    return True


def store_text(sent: SentText, by: Caller) -> bool:
    """Store a text message, in the caller's transaction. False if it is not new."""
    claim = _claim_key("TEXT", sent.vendor, sent.vendor_text_id, by)
    if get(claim):
        return False
    text = Text(
        **{field.name: getattr(sent, field.name) for field in fields(sent)},
        id=ids.new("text", by.at),
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )
    number = text.from_number if text.direction == "received" else text.to_number
    item = TEXTS.item(by.tenant, text, gsi1=("number", number) if number else None)
    _create(item, claim, by)
    content = hashlib.sha256((text.content or "").encode()).hexdigest()
    TEXTS.audit(by.transaction, f"text.{text.direction}", None, text, content_sha256=content)
    return True


def _create(item: Item, claim: Key, by: Caller) -> None:
    """Create an item with its claim. Of two concurrent workers the second fails, and finds the item when it retries."""
    by.transaction.create({**claim._asdict(), "kind": f"{item['kind']}_CLAIM", "item_id": item["id"]})
    by.transaction.create(item)


def _claim_key(kind: str, vendor: str, vendor_id: str, by: Caller) -> Key:
    """`org_…#live#FORM_CLAIM`, `callrail#…`."""
    return key(by.tenant, f"{kind}_CLAIM", f"{vendor}#{vendor_id}")
