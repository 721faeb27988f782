"""Erasing the drafts to and about an erased lead or prospect, with their salts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.core.table.keys import Key
from eal.core.table.read import walk
from eal.domain.outreach.drafts.store import DRAFTS, recipient_partition

if TYPE_CHECKING:
    from eal.core.table.item import Item
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def erase_drafts(tenant: Tenant, erased: Erased) -> None:
    """Delete the drafts to the e-mail addresses and those about the lead or prospect. Idempotent."""
    kind = "lead" if erased.id.startswith("lead_") else "prospect"
    about = walk("gsi2pk = :pk", {":pk": DRAFTS.partition(tenant, kind, erased.id)}, index="gsi2")
    for draft in about:
        # The draft is deleted last, because a second run finds it by the person.
        draft_id = cast("str", draft["sk"])
        scrub.responses(tenant, draft_id)
        scrub.remove_key(Key(recipient_partition(tenant, cast("str", draft["to"])), draft_id))
        scrub.remove(draft)
    for address in erased.values("email"):
        pointers = walk("pk = :pk", {":pk": recipient_partition(tenant, address)})
        for pointer in filter(erased.predates_erasure, pointers):
            _erase(tenant, pointer)


def _erase(tenant: Tenant, pointer: Item) -> None:
    """The pointer is deleted last, because a second run finds the draft by it."""
    draft_id = cast("str", pointer["sk"])
    scrub.responses(tenant, draft_id)
    scrub.remove_key(DRAFTS.key(tenant, draft_id))
    scrub.remove(pointer)
