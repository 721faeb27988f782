"""How many keys a tenant may have at once: an item that names those in use.

A key leaves the item only when the item is full. A revoked or expired key is never used again, so revoking a key
changes nothing here, and an expiry needs no timer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import settings
from eal.core.errors import Conflict
from eal.core.table.item import to_attributes
from eal.core.table.keys import key
from eal.core.table.read import get
from eal.core.table.write import Operation, Stale
from eal.domain.api_keys import access

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.api_keys.model import ApiKey, KeyPointer

MAX_KEYS = 50
"""Of a tenant in one mode, because each key has a rate limit of its own."""
_KIND = "KEY_QUOTA"


def claim(new: ApiKey, pointers: Iterable[KeyPointer], by: Caller, *, without: ApiKey | None = None) -> None:
    """Count a new key in the caller's transaction. `without` is a key that the transaction revokes.

    `pointers` are all keys of the organization, read only if the tenant has no item yet.
    Raises: Conflict if MAX_KEYS are in use.
    """
    tenant = by.tenant._replace(mode=new.mode)
    item = get(_key(tenant))
    if item is None:
        in_use = _in_use((pointer.fingerprint for pointer in pointers), tenant, by, without)
        _require_room(in_use, without)
        by.transaction.put_version(_item(tenant, {**in_use, new.id: new.fingerprint}), was=0)
        return
    known = cast("dict[str, str]", item["in_use"])
    gone: set[str] = set()
    if len(known) >= MAX_KEYS:
        in_use = _in_use(known.values(), tenant, by, without)
        _require_room(in_use, without)
        gone = known.keys() - in_use.keys()
    by.transaction.add(
        _addition(tenant, new, sorted(gone), max_known=max(len(known), MAX_KEYS - 1 + len(gone)))
    )


def _in_use(
    fingerprints: Iterable[str], tenant: Tenant, by: Caller, without: ApiKey | None
) -> dict[str, str]:
    """The fingerprints of the tenant's keys that are neither revoked nor expired, by the id of the key."""
    return {
        known.id: known.fingerprint
        for known in access.read_all(list(fingerprints)).values()
        if known.mode == tenant.mode
        and known.status_at(by.at) in ("active", "rotating")
        and not (without and known.id == without.id)
    }


def _require_room(in_use: dict[str, str], without: ApiKey | None) -> None:
    """A key that takes the place of another is always possible: some tenants had more keys before there was a limit."""
    if len(in_use) >= MAX_KEYS and without is None:
        raise Conflict(
            f"{MAX_KEYS} API keys of this mode are in use, which is the limit. Revoke one first.",
            limit=MAX_KEYS,
        )


def _key(tenant: Tenant) -> Key:
    """`org_…#live#KEY_QUOTA`, `keys`."""
    return key(tenant, _KIND, "keys")


def _item(tenant: Tenant, in_use: dict[str, str]) -> Item:
    return {**_key(tenant)._asdict(), "kind": _KIND, "in_use": {**in_use}}


def _addition(tenant: Tenant, new: ApiKey, gone: list[str], *, max_known: int) -> Operation:
    """Add the key, and remove keys that are no longer in use. Stale if the item names more than `max_known` keys,
    because another request has filled it since, or if another request has removed the same keys."""
    removed = [f"in_use.#gone{number}" for number in range(len(gone))]
    condition = f"size(in_use) <= :max_known{f' AND attribute_exists({removed[0]})' if removed else ''}"
    update = {
        "TableName": settings.state_table(),
        "Key": to_attributes(_key(tenant)._asdict()),
        "UpdateExpression": "SET in_use.#new = :new" + (f" REMOVE {', '.join(removed)}" if removed else ""),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {
            "#new": new.id,
            **{f"#gone{number}": key_id for number, key_id in enumerate(gone)},
        },
        "ExpressionAttributeValues": to_attributes({":new": new.fingerprint, ":max_known": max_known}),
    }
    return Operation(cast("TransactWriteItemTypeDef", {"Update": update}), lambda _old: Stale())
