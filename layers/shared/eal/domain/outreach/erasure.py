"""Erasing the e-mail events and replies of an erased lead or prospect, with their salts.

The claims stay, so events and replies that the vendor reports again are not new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.core.table.read import get, walk
from eal.domain.outreach.emails.store import EMAIL_EVENTS, recipient_key, recipient_partition
from eal.domain.outreach.replies.store import body_key, replies_partition

if TYPE_CHECKING:
    from eal.core.table.item import Item
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def erase_emails(tenant: Tenant, erased: Erased) -> None:
    """Delete the replies from the e-mail addresses, and the events of e-mails to them. Idempotent."""
    for address in erased.values("email"):
        for reply in filter(erased.predates_erasure, scrub.walk_index(replies_partition(tenant, address))):
            scrub.remove_key(body_key(tenant, cast("str", reply["sk"])))
            scrub.remove(reply)
        pointers = walk("pk = :pk", {":pk": recipient_partition(tenant, address)})
        for pointer in filter(erased.predates_erasure, pointers):
            _erase_event(tenant, pointer)


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
