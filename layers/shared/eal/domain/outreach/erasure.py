"""Erasing what became of mails to somebody, and replies, their salts with them. The claims stay: none comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.core.table.keys import key
from eal.core.table.read import get, walk
from eal.domain.outreach.store import recipient_at, replies_from

if TYPE_CHECKING:
    from eal.core.table.item import Item
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def forget(tenant: Tenant, who: Erased) -> None:
    """Delete the replies from its addresses, and what became of mails to them. Safe to repeat."""
    for address in who.values("email"):
        for reply in filter(who.may_be_of, scrub.in_index(replies_from(tenant, address))):
            scrub.remove(key(tenant, "REPLY_BODY", cast("str", reply["sk"]))._asdict())
            scrub.remove(reply)
        place = recipient_at(tenant, address, "").pk
        for pointer in filter(who.may_be_of, walk("pk = :pk", {":pk": place})):
            _forget_event(tenant, pointer)


def _forget_event(tenant: Tenant, pointer: Item) -> None:
    """Delete the event even if the mail had other recipients: its subject and reason are shared.

    The pointer goes last: until then it leads a second run here.
    """
    event_id = cast("str", pointer["sk"])
    event = key(tenant, "EMAIL_EVENT", event_id)
    found = get(event)
    for other in cast("list[str]", found["recipients"]) if found else []:
        if (at := recipient_at(tenant, other, event_id)).pk != pointer["pk"]:
            scrub.remove(at._asdict())
    scrub.remove(event._asdict())
    scrub.remove(pointer)
