"""Authenticate and throttle a request in one UpdateItem on the credential's item of the Access table.

The item has a counter for each of the last minutes (`m29583412`). One conditional update counts the request, drops
counters of past minutes, stamps the last use, and returns everything that the limiter needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import aws, settings
from eal.core.clock import rfc3339
from eal.core.table.item import Item, from_attributes, load, to_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

    from eal.core.json import Json

WINDOW_MINUTES = 5
_DROPPED_MINUTES = 10
"""Minutes before the window that each request clears; stale counters of an idle credential are cleared when
seen.
"""


class Use[C](NamedTuple):
    """A credential after the update. `counts` are the requests per minute of the window, the current minute last.

    `stale_counters` are names of counters from before the window that no request has dropped.
    """

    credential: C
    counts: tuple[int, ...]
    stale_counters: tuple[str, ...] = ()


class CredentialRefused[C](NamedTuple):
    """The update's condition failed. `use` is the unchanged item, or None for an unknown credential."""

    use: Use[C] | None


def count_use[C](
    pk: str,
    model: type[C],
    now: datetime,
    ip: str,
    *,
    condition: str,
    values: Mapping[str, Json],
    names: Mapping[str, str] | None = None,
) -> Use[C] | CredentialRefused[C]:
    """Count one request. Refused if the credential is unknown, expired or over its limit for this minute, or if its own
    `condition` fails. A refused request is not counted and stamps nothing.
    """
    minute = _minute(now)
    all_names = {"#now": f"m{minute}", **(names or {})}
    drops = []
    for back in range(WINDOW_MINUTES, WINDOW_MINUTES + _DROPPED_MINUTES):
        all_names[f"#d{back}"] = f"m{minute - back}"
        drops.append(f"#d{back}")
    client = aws.dynamodb()
    try:
        response = client.update_item(
            TableName=settings.access_table(),
            Key=to_attributes({"pk": pk}),
            UpdateExpression="SET last_used_at = :at, last_used_ip = :ip ADD #now :one REMOVE "
            + ", ".join(drops),
            ConditionExpression=(
                "attribute_exists(pk)"
                " AND (attribute_not_exists(expires_at) OR expires_at > :at)"
                " AND (attribute_not_exists(#now) OR #now < burst)"
                f" AND (attribute_not_exists(full_minute) OR full_minute <> :minute) AND {condition}"
            ),
            ExpressionAttributeNames=all_names,
            ExpressionAttributeValues=to_attributes(
                {":at": rfc3339(now), ":ip": ip, ":one": 1, ":minute": minute, **values}
            ),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except client.exceptions.ConditionalCheckFailedException as refused:
        old = cast("dict[str, UniversalAttributeValueTypeDef] | None", refused.response.get("Item"))
        return CredentialRefused(_use(model, from_attributes(old), minute) if old else None)
    return _use(model, from_attributes(response["Attributes"]), minute)


def undo_use(pk: str, now: datetime) -> None:
    """Undo a count that exceeded the window's limit, and close this minute: further requests then cost one call.

    A session may have ended meanwhile, and the update must not create its item again.
    """
    minute = _minute(now)
    client = aws.dynamodb()
    try:
        client.update_item(
            TableName=settings.access_table(),
            Key=to_attributes({"pk": pk}),
            UpdateExpression="SET full_minute = :minute ADD #now :minus",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#now": f"m{minute}"},
            ExpressionAttributeValues=to_attributes({":minute": minute, ":minus": -1}),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def clear_stale_counters(pk: str, stale_counters: Sequence[str]) -> None:
    """Drop counters that an idle credential still has from before its pause."""
    client = aws.dynamodb()
    try:
        client.update_item(
            TableName=settings.access_table(),
            Key=to_attributes({"pk": pk}),
            UpdateExpression="REMOVE " + ", ".join(f"#l{index}" for index in range(len(stale_counters))),
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={f"#l{index}": name for index, name in enumerate(stale_counters)},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def read[C](pk: str, model: type[C], now: datetime) -> Use[C] | None:
    """The credential, without counting the request: used if the table refuses writes."""
    response = aws.dynamodb().get_item(
        TableName=settings.access_table(), Key=to_attributes({"pk": pk}), ConsistentRead=True
    )
    return _use(model, from_attributes(response["Item"]), _minute(now)) if response.get("Item") else None


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _use[C](model: type[C], item: Item, minute: int) -> Use[C]:
    counts = tuple(cast("int", item.get(f"m{minute - back}", 0)) for back in reversed(range(WINDOW_MINUTES)))
    oldest = minute - WINDOW_MINUTES - _DROPPED_MINUTES
    stale_counters = tuple(
        name for name in item if name[0] == "m" and name[1:].isdigit() and int(name[1:]) <= oldest
    )
    return Use(load(model, item), counts, stale_counters)
