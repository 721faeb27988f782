"""API keys in the Access table: one item per key, found by the key's hash.

A key with an address list costs a second round trip, because a condition cannot match networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import settings
from eal.core.table.item import dump, load, to_attributes
from eal.core.table.read import batch_get
from eal.core.table.write import Operation, Stale, put_version
from eal.domain.api_keys.model import ApiKey
from eal.domain.credentials import counting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.domain.credentials.counting import CredentialRefused, Use


def pk(fingerprint: str) -> str:
    return f"K#{fingerprint}"


def count_use(
    fingerprint: str, now: datetime, ip: str, *, address_checked: bool = False
) -> Use[ApiKey] | CredentialRefused[ApiKey]:
    """Authenticate and count one request: a single UpdateItem.

    Refused if the key is unknown, revoked, expired, over its limit for this minute, or (unless `address_checked`) has
    an address list. A refused request is not counted and stamps nothing.
    """
    condition = "#status <> :revoked"
    if not address_checked:
        condition += " AND attribute_not_exists(allowed_cidrs)"
    return counting.count_use(
        pk(fingerprint),
        ApiKey,
        now,
        ip,
        condition=condition,
        values={":revoked": "revoked"},
        names={"#status": "status"},
    )


def read_all(fingerprints: Sequence[str]) -> dict[str, ApiKey]:
    """Keys by fingerprint.

    Raises: Unavailable.
    """
    items = batch_get(settings.access_table(), [{"pk": pk(fingerprint)} for fingerprint in fingerprints])
    return {key.fingerprint: key for key in (load(ApiKey, item) for item in items)}


def put(key: ApiKey) -> Operation:
    """The operation that stores a new key."""
    return put_version(settings.access_table(), {"pk": pk(key.fingerprint), **dump(key)}, was=0)


def change(before: ApiKey, after: ApiKey) -> Operation:
    """The operation that changes a key's own attributes, but neither its counters nor its last use.

    A new limit reopens a minute that the old limit closed: the counters decide again.
    """
    old, new = dump(before), dump(after)
    names, values, sets = {"#version": "version"}, {":was": before.version}, []
    removes = ["full_minute"] if before.per_minute != after.per_minute else []
    for index, name in enumerate(sorted({*old, *new})):
        if old.get(name) == new.get(name):
            continue
        names[f"#{index}"] = name
        if new.get(name) is None:
            removes.append(f"#{index}")
        else:
            sets.append(f"#{index} = :{index}")
            values[f":{index}"] = new[name]  # type: ignore[assignment]  # Json
    expression = "SET " + ", ".join(sets) + (" REMOVE " + ", ".join(removes) if removes else "")
    return Operation(
        {
            "Update": {
                "TableName": settings.access_table(),
                "Key": to_attributes({"pk": pk(before.fingerprint)}),
                "UpdateExpression": expression,
                "ConditionExpression": "#version = :was",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": to_attributes(values),
            }
        },
        lambda _old: Stale(),
    )
