"""The callbacks of a call: one item each, written in the transaction that counts it on the call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core import audit, ids
from eal.core.clock import rfc3339
from eal.core.errors import REQUIRED, ValidationFailed
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, partition
from eal.core.table.page import Page, Partition
from eal.domain.calls import store
from eal.domain.calls.model import Callback, with_callback
from eal.domain.calls.store import CALLS
from eal.domain.dispatch.model import DecidedBy

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.tenancy import Tenant
    from eal.domain.calls.wire import CallbackCreate

ID_PREFIX = "cb"
_CLOCK_SKEW = timedelta(minutes=5)


def callback_partition(tenant: Tenant, call_id: str) -> str:
    """`org_…#live#CALLBACK#call_…`: a partition per call, because its callbacks have no limit."""
    return partition(tenant, "CALLBACK", call_id)


def record(call_id: str, body: CallbackCreate, by: Caller) -> Callback:
    """Store a callback, and close the call if it was dispatched as a callback and the customer is reached.

    Raises: NotFound, PreconditionFailed; ValidationFailed for an attempt in the future, or for a callback that is
    scheduled for no time or one that has passed.
    """
    call = CALLS.get(by.tenant, call_id)
    at = body.at or by.at
    if body.status != "scheduled" and at > by.at + _CLOCK_SKEW:
        message = "Must not be in the future, unless 'status' is 'scheduled'."
        raise ValidationFailed.of_field("/at", message, "future", location="body")
    if body.status == "scheduled" and body.at is None:
        raise ValidationFailed.of_field("/at", REQUIRED, "missing", location="body")
    if body.status == "scheduled" and at <= by.at:
        message = "Must be in the future if 'status' is 'scheduled'."
        raise ValidationFailed.of_field("/at", message, "past", location="body")
    new = Callback(
        id=ids.new(ID_PREFIX, by.at),
        call_id=call.id,
        status=body.status,
        at=at,
        by=DecidedBy(type=by.actor.type, id=by.actor.id),
        created_at=by.at,
        note=body.note or None,
    )
    after = with_callback(call, new, by.at)
    store.replace_call(call, after, by)
    new_key = Key(callback_partition(by.tenant, call.id), new.id)
    by.transaction.create({**new_key._asdict(), "kind": "CALLBACK", **dump(new)})
    changes = audit.changes(
        {"status": call.status},
        {
            "status": after.status,
            "callback.id": new.id,
            "callback.status": new.status,
            "callback.at": rfc3339(new.at),
            "callback.note": new.note,
        },
        personal={"callback.note"},
        salt=call.salt,
    )
    by.transaction.audit("call.callback_recorded", call.id, changes)
    return new


def search(call_id: str, query: ListQuery, by: Caller) -> Page[Callback]:
    """The callbacks of a call, newest first. Raises: NotFound, InvalidCursor."""
    CALLS.get(by.tenant, call_id)
    callbacks = Partition(base=callback_partition(by.tenant, call_id), id_prefix=ID_PREFIX)
    return page.read(by.tenant, query, callbacks, lambda item: load(Callback, item))
