"""Erasing what is stored of a resource outside of its item: events, stored responses, history and messages.

Only the erasure worker changes the State table in this way. The erasure itself was a `Transaction` with its audit
record; these functions carry it out where a transaction cannot reach. All of them are idempotent.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from eal.core import aws, clock, ids, settings
from eal.core.table.item import MAX_LISTED_BYTES, compressed, to_attributes
from eal.core.table.keys import Key, events_partition, responses_partition
from eal.core.table.read import get, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Set
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant


@dataclass(frozen=True, slots=True)
class Erased:
    """An erased lead or prospect, and the contacts to search messages by: `email#…` and `phone#…`.

    `former_contacts` are those that it no longer had when it was erased.
    """

    tombstone: Key
    erased_at: datetime
    contacts: tuple[str, ...]
    former_contacts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.tombstone.sk

    def predates_erasure(self, item: Item) -> bool:
        """Whether the item is older than the erasure. Afterwards another lead may have the contacts."""
        return ids.created_at(cast("str", item["sk"])) <= self.erased_at

    def values(self, kind: Literal["email", "phone"]) -> list[str]:
        """The e-mail addresses or phone numbers."""
        prefix = f"{kind}#"
        contacts = (*self.contacts, *self.former_contacts)
        return [contact.removeprefix(prefix) for contact in contacts if contact.startswith(prefix)]

    def without(self, contacts: Set[str]) -> Erased:
        """Copy without the contacts that another lead or prospect has."""
        return replace(
            self,
            contacts=tuple(contact for contact in self.contacts if contact not in contacts),
            former_contacts=tuple(contact for contact in self.former_contacts if contact not in contacts),
        )

    def close(self) -> None:
        """Remove the contacts from the tombstone, once all messages are erased."""
        client = aws.dynamodb()
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.update_item(
                TableName=settings.state_table(),
                Key=to_attributes(self.tombstone._asdict()),
                UpdateExpression="REMOVE contacts, former_contacts",
                ConditionExpression="attribute_exists(pk)",
            )


def find_erased(tombstone: Key) -> Erased | None:
    """The erased resource of a tombstone; None after `close`, when there is nothing left to erase."""
    item = get(tombstone)
    if item is None or "contacts" not in item:
        return None
    contacts, former = (
        tuple(cast("list[str]", item.get(name, []))) for name in ("contacts", "former_contacts")
    )
    return Erased(tombstone, clock.parse(cast("str", item["erased_at"])), contacts, former)


def events(tenant: Tenant, resource_id: str, scrub: Callable[[dict[str, Json]], dict[str, Json]]) -> None:
    """Remove the personal values from every stored event of the resource; ids, types and sequences stay."""
    client = aws.dynamodb()
    for event in walk_index(events_partition(tenant, resource_id)):
        data = json.loads(cast("str", event["data"]))
        if (scrubbed := scrub(data)) == data:
            continue
        text = json.dumps(scrubbed, separators=(",", ":"), ensure_ascii=False)
        try:
            client.update_item(
                TableName=settings.state_table(),
                Key=to_attributes({"pk": event["pk"], "sk": event["sk"]}),
                UpdateExpression="SET #data = :data",
                ConditionExpression="attribute_exists(pk)",  # it may have expired in the meantime
                ExpressionAttributeNames={"#data": "data"},
                ExpressionAttributeValues=to_attributes({":data": compressed(text, MAX_LISTED_BYTES)}),
            )
        except client.exceptions.ConditionalCheckFailedException:
            continue


def responses(tenant: Tenant, resource_id: str) -> None:
    """Empty the idempotency records whose responses show the resource. They stay, so no request takes effect twice."""
    client = aws.dynamodb()
    for pointer in walk("pk = :pk", {":pk": responses_partition(tenant, resource_id)}):
        record = Key(cast("str", pointer["record"]), cast("str", pointer["sk"]))
        # The record may have expired, and may have been replaced by that of another request with the same key.
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.update_item(
                TableName=settings.state_table(),
                Key=to_attributes(record._asdict()),
                UpdateExpression="SET erased = :id REMOVE fingerprint, body, headers",
                ConditionExpression="contains(shows, :id)",
                ExpressionAttributeValues=to_attributes({":id": resource_id}),
            )
        remove(pointer)


def clear(key: Key, *, sets: Mapping[str, Json], removes: Sequence[str]) -> None:
    """Overwrite and remove the personal values of an item that stays. Its new version keeps a concurrent writer, which
    has read the values, from writing them again.
    """
    client = aws.dynamodb()
    names = {f"#s{number}": name for number, name in enumerate(sets)}
    values = {f":s{number}": value for number, value in enumerate(sets.values())}
    removed = {f"#r{number}": name for number, name in enumerate(removes)}
    assigned = ", ".join(f"#s{number} = :s{number}" for number in range(len(sets)))
    with suppress(client.exceptions.ConditionalCheckFailedException):
        client.update_item(
            TableName=settings.state_table(),
            Key=to_attributes(key._asdict()),
            UpdateExpression=f"SET {assigned} REMOVE {', '.join(removed)} ADD version :one",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={**names, **removed},
            ExpressionAttributeValues=to_attributes({**values, ":one": 1}),
        )


def put_remnant(remnant: Mapping[str, Json]) -> None:
    """Put what remains of an erased item: nothing by which a person can be found, except for a hash."""
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=to_attributes(remnant))


def remove_all(partition: str) -> None:
    """Delete every item of a partition that belongs to the erased resource alone."""
    for item in walk("pk = :pk", {":pk": partition}):
        remove(item)


def remove_attributes(item: Item, paths: Sequence[str], *, mark: str, at: datetime) -> None:
    """Remove the attributes that an item has of `paths`, such as `text` or `reading.place`, and set `mark` to `at`.

    An item that has the mark is left alone.
    """
    if mark in item:
        return
    found = [path.split(".") for path in paths if _has(item, path)]
    names = {f"#{name}": name for name in (mark, *(name for path in found for name in path))}
    removal = ", ".join(".".join(f"#{name}" for name in path) for path in found)
    client = aws.dynamodb()
    with suppress(client.exceptions.ConditionalCheckFailedException):  # it was erased in the meantime
        client.update_item(
            TableName=settings.state_table(),
            Key=to_attributes(Key.of(item)._asdict()),
            UpdateExpression=f"SET #{mark} = :at" + (f" REMOVE {removal}" if removal else ""),
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=to_attributes({":at": clock.rfc3339(at)}),
        )


def _has(item: Item, path: str) -> bool:
    name, _, member = path.partition(".")
    return name in item and (not member or member in cast("Item", item[name]))


def walk_index(partition: str, index: Literal["gsi1", "gsi2"] = "gsi1") -> Iterator[Item]:
    """The items of a partition of an index.

    Indexes are eventually consistent, so the queue of the erasure delivers its messages with a delay.
    """
    yield from walk(f"{index}pk = :pk", {":pk": partition}, index=index)


def remove(item: Mapping[str, Json]) -> None:
    """Delete the item with the key of this one."""
    remove_key(Key(cast("str", item["pk"]), cast("str", item["sk"])))


def remove_key(key: Key) -> None:
    aws.dynamodb().delete_item(TableName=settings.state_table(), Key=to_attributes(key._asdict()))
