"""Slugs: each belongs to one content item of the tenant, by a claim in the transaction that writes the item."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, cast

from eal.core.errors import Conflict
from eal.core.table.keys import Key, key
from eal.core.table.read import walk
from eal.core.table.write import Stale
from eal.domain.content.limits import MAX_SLUG_CHARACTERS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.write import Refusal
    from eal.core.tenancy import Tenant

_KIND = "CONTENT_SLUG"
_MAX_NUMBER_CHARACTERS = 8


def slug_key(tenant: Tenant, slug: str) -> Key:
    return key(tenant, _KIND, slug)


def free(wanted: str, content_id: str, tenant: Tenant) -> str:
    """The slug itself, or the first of `…-2`, `…-3` and so on that no other item has."""
    stem = wanted[: MAX_SLUG_CHARACTERS - _MAX_NUMBER_CHARACTERS].rstrip("-")
    values: dict[str, Json] = {":pk": slug_key(tenant, "").pk, ":stem": stem}
    taken = {
        cast("str", claim["sk"])
        for claim in walk("pk = :pk AND begins_with(sk, :stem)", values)
        if claim["content_id"] != content_id
    }
    if wanted not in taken:
        return wanted
    return next(slug for number in count(2) if (slug := f"{stem}-{number}") not in taken)


def change(content_id: str, before: str | None, after: str | None, by: Caller, *, given: bool) -> None:
    """Claim the slug that an item gets, and release the one that it had.

    If another item has it, the commit raises Conflict with `id` for a slug that was `given`, otherwise Stale.
    """
    if before == after:
        return
    if after:
        claim: Item = {
            **slug_key(by.tenant, after)._asdict(),
            "kind": _KIND,
            "content_id": content_id,
        }
        by.transaction.create(claim, _taken(after) if given else lambda _claim: Stale())
    if before:
        by.transaction.delete(slug_key(by.tenant, before))


def _taken(slug: str) -> Refusal:
    def refusal(claim: Item | None) -> Exception:
        other = cast("str", claim["content_id"]) if claim else ""
        return Conflict(f"The content item {other} has the slug '{slug}'. Send another slug.", id=other)

    return refusal
