"""The quota of keys that a tenant may have at once: an item that names those in use. Their number also counts in the
family of the organization (`eal.domain.families`).

A revoked key leaves the item at once. An expiry needs no timer: an expired key leaves the item when a new key needs its
place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import settings
from eal.core.errors import Conflict
from eal.core.table.item import to_attributes
from eal.core.table.read import get
from eal.core.table.write import Operation, Stale
from eal.core.tenancy import Tenant
from eal.domain.api_keys import access
from eal.domain.families import store as families
from eal.domain.families.model import Numbers
from eal.domain.organization_settings.table_keys import key_quota_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Mode
    from eal.domain.api_keys.model import ApiKey
    from eal.domain.families.model import Family

MAX_KEYS = 50
"""Maximum number of keys of a tenant in one mode, because each key has a rate limit of its own."""


def begin(first: ApiKey, by: Caller) -> None:
    """Name the first key of a new organization in the caller's transaction, which counts it in the family too."""
    tenant = Tenant(first.organization_id, first.mode)
    by.transaction.put_version(_item(tenant, {first.id: first.fingerprint}), was=0)


def claim(new: ApiKey, by: Caller, *, without: ApiKey | None = None) -> None:
    """Count a new key in the caller's transaction. `without` is a key that the transaction revokes.

    Raises: Conflict if MAX_KEYS of the tenant, or as many of its family as it may have, are in use.
    """
    tenant = by.tenant._replace(mode=new.mode)
    relatives = families.of(tenant.organization_id)
    item = get(key_quota_key(tenant))
    if item is None:  # the first key of the mode
        by.transaction.put_version(_item(tenant, {new.id: new.fingerprint}), was=0)
        _add_to_family(relatives, tenant.mode, 1, by, without)
        return
    known = cast("dict[str, str]", item["in_use"])
    in_use = {key_id: value for key_id, value in known.items() if not (without and key_id == without.id)}
    if len(known) >= MAX_KEYS or not relatives.has_room_for_key(tenant.mode):
        in_use = _in_use(known.values(), tenant, by, without)
        _require_room(in_use)
    gone = known.keys() - in_use.keys()
    by.transaction.add(
        _addition(tenant, new, sorted(gone), max_known=max(len(known), MAX_KEYS - 1 + len(gone)))
    )
    _add_to_family(relatives, tenant.mode, 1 - len(gone), by, without)


def release(revoked: ApiKey, by: Caller) -> None:
    """Count a key no longer in the caller's transaction, which revokes it. Otherwise it would keep a place that another
    organization of the family needs."""
    tenant = by.tenant._replace(mode=revoked.mode)
    item = get(key_quota_key(tenant))
    if item is None or revoked.id not in cast("dict[str, str]", item["in_use"]):
        return
    by.transaction.add(
        _update(
            tenant, "REMOVE in_use.#gone", "attribute_exists(in_use.#gone)", {"#gone": revoked.id}, values={}
        )
    )
    _add_to_family(families.of(tenant.organization_id), tenant.mode, -1, by)


def _add_to_family(
    relatives: Family, mode: Mode, step: int, by: Caller, without: ApiKey | None = None
) -> None:
    numbers = Numbers(live_keys=step) if mode == "live" else Numbers(test_keys=step)
    families.add(relatives, numbers, by, is_limited=without is None)


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


def _require_room(in_use: dict[str, str]) -> None:
    if len(in_use) >= MAX_KEYS:
        raise Conflict(
            f"{MAX_KEYS} API keys of this mode are in use, which is the limit. Revoke one first.",
            limit=MAX_KEYS,
        )


def _item(tenant: Tenant, in_use: dict[str, str]) -> Item:
    return {**key_quota_key(tenant)._asdict(), "kind": "KEY_QUOTA", "in_use": {**in_use}}


def _addition(tenant: Tenant, new: ApiKey, gone: list[str], *, max_known: int) -> Operation:
    """Add the key, and remove keys that are no longer in use. Stale if the item names more than `max_known` keys,
    because another request has filled it since, or if another request has removed the same keys."""
    removed = [f"in_use.#gone{number}" for number in range(len(gone))]
    condition = f"size(in_use) <= :max_known{''.join(f' AND attribute_exists({name})' for name in removed)}"
    expression = "SET in_use.#new = :new" + (f" REMOVE {', '.join(removed)}" if removed else "")
    names = {"#new": new.id, **{f"#gone{number}": key_id for number, key_id in enumerate(gone)}}
    values: dict[str, Json] = {":new": new.fingerprint, ":max_known": max_known}
    return _update(tenant, expression, condition, names, values)


def _update(
    tenant: Tenant, expression: str, condition: str, names: Mapping[str, str], values: Mapping[str, Json]
) -> Operation:
    update = {
        "TableName": settings.state_table(),
        "Key": to_attributes(key_quota_key(tenant)._asdict()),
        "UpdateExpression": expression,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        **({"ExpressionAttributeValues": to_attributes(values)} if values else {}),
    }
    return Operation(cast("TransactWriteItemTypeDef", {"Update": update}), lambda _old: Stale())
