"""API keys in the Access table: one item per key, found by the key's hash; authenticated and throttled in one
UpdateItem.

The item has a counter for each of the last minutes (`m29583412`). One conditional update counts the request, drops
counters of past minutes, stamps the last use, and returns everything that the limiter needs. A key with an address list
costs a second round trip, because a condition cannot match networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from eal.core import aws, settings
from eal.core.clock import rfc3339
from eal.core.table.item import Item, dump, from_attributes, load, to_attributes
from eal.core.table.read import batch_get
from eal.core.table.write import Operation, Stale, put_version
from eal.domain.api_keys.model import ApiKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

WINDOW_MINUTES = 5
_DROPPED_MINUTES = 10
"""How many minutes before the window each request clears; stale counters of an idle key are cleared when seen."""


@dataclass(frozen=True, slots=True)
class Use:
    """A key after the update. `counts` are the requests per minute of the window, the current minute last.

    `stale_counters` are names of counters from before the window that no request has dropped.
    """

    key: ApiKey
    counts: tuple[int, ...]
    stale_counters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The update's condition failed. `use` is the unchanged item, or None for an unknown key."""

    use: Use | None


def pk(fingerprint: str) -> str:
    return f"K#{fingerprint}"


def count_use(fingerprint: str, now: datetime, ip: str, *, address_checked: bool = False) -> Use | Refused:
    """Authenticate and count one request: a single UpdateItem.

    Refused if the key is unknown, revoked, expired, over its limit for this minute, or (unless `address_checked`) has
    an address list. A refused request is not counted and stamps nothing.
    """
    minute = _minute(now)
    names = {"#status": "status", "#now": f"m{minute}"}
    drops = []
    for back in range(WINDOW_MINUTES, WINDOW_MINUTES + _DROPPED_MINUTES):
        names[f"#d{back}"] = f"m{minute - back}"
        drops.append(f"#d{back}")
    condition = (
        "attribute_exists(pk) AND #status <> :revoked"
        " AND (attribute_not_exists(expires_at) OR expires_at > :at)"
        " AND (attribute_not_exists(#now) OR #now < burst)"
        " AND (attribute_not_exists(full_minute) OR full_minute <> :minute)"
    )
    if not address_checked:
        condition += " AND attribute_not_exists(allowed_cidrs)"
    client = aws.dynamodb()
    try:
        response = client.update_item(
            TableName=settings.access_table(),
            Key=to_attributes({"pk": pk(fingerprint)}),
            UpdateExpression="SET last_used_at = :at, last_used_ip = :ip ADD #now :one REMOVE "
            + ", ".join(drops),
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=to_attributes(
                {":at": rfc3339(now), ":ip": ip, ":one": 1, ":revoked": "revoked", ":minute": minute}
            ),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except client.exceptions.ConditionalCheckFailedException as refused:
        old = cast("dict[str, UniversalAttributeValueTypeDef] | None", refused.response.get("Item"))
        return Refused(_use(from_attributes(old), minute) if old else None)
    return _use(from_attributes(response["Attributes"]), minute)


def undo_use(fingerprint: str, now: datetime) -> None:
    """Undo a count that exceeded the window's limit, and close this minute: further requests then cost one call."""
    minute = _minute(now)
    aws.dynamodb().update_item(
        TableName=settings.access_table(),
        Key=to_attributes({"pk": pk(fingerprint)}),
        UpdateExpression="SET full_minute = :minute ADD #now :minus",
        ExpressionAttributeNames={"#now": f"m{minute}"},
        ExpressionAttributeValues=to_attributes({":minute": minute, ":minus": -1}),
    )


def clear_stale_counters(fingerprint: str, stale_counters: Sequence[str]) -> None:
    """Drop counters that an idle key still has from before its pause."""
    aws.dynamodb().update_item(
        TableName=settings.access_table(),
        Key=to_attributes({"pk": pk(fingerprint)}),
        UpdateExpression="REMOVE " + ", ".join(f"#l{index}" for index in range(len(stale_counters))),
        ExpressionAttributeNames={f"#l{index}": name for index, name in enumerate(stale_counters)},
    )


def read(fingerprint: str, now: datetime) -> Use | None:
    """The key, without counting the request: used if the table refuses writes."""
    response = aws.dynamodb().get_item(
        TableName=settings.access_table(),
        Key=to_attributes({"pk": pk(fingerprint)}),
        ConsistentRead=True,
    )
    return _use(from_attributes(response["Item"]), _minute(now)) if response.get("Item") else None


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


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _use(item: Item, minute: int) -> Use:
    counts = tuple(cast("int", item.get(f"m{minute - back}", 0)) for back in reversed(range(WINDOW_MINUTES)))
    oldest = minute - WINDOW_MINUTES - _DROPPED_MINUTES
    stale_counters = tuple(
        name for name in item if name[0] == "m" and name[1:].isdigit() and int(name[1:]) <= oldest
    )
    return Use(load(ApiKey, item), counts, stale_counters)
