"""What an erasure does to what is kept of a resource besides itself: events, kept answers, history, what it wrote.

The third way to change the State table, for the erasure workers alone. The erasure itself was a `Write`, with its audit
record; this only carries it out where a transaction could not reach, and repeating it changes nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from eal.core import aws, clock, ids, settings
from eal.core.table.item import to_attributes
from eal.core.table.keys import Key, answers_partition, events_partition, partition
from eal.core.table.read import get, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Set
    from datetime import datetime

    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant


@dataclass(frozen=True, slots=True)
class Erased:
    """Whose traces are looked for. Contacts are as leads claim them, `email#…` and `phone#…`; the former ones were
    given up before."""

    tombstone: Key
    at: datetime
    contacts: tuple[str, ...]
    former_contacts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.tombstone.sk

    def may_be_of(self, item: Item) -> bool:
        """Whether the item is from before the erasure. From then on another lead may have the contacts."""
        return ids.created_at(cast("str", item["sk"])) <= self.at

    def values(self, kind: str) -> list[str]:
        """The e-mails or the phones."""
        told = (each.partition("#") for each in (*self.contacts, *self.former_contacts))
        return [value for one, _, value in told if one == kind]

    def without(self, some: Set[str]) -> Erased:
        """The same without contacts that are somebody else's too."""
        return replace(
            self,
            contacts=tuple(one for one in self.contacts if one not in some),
            former_contacts=tuple(one for one in self.former_contacts if one not in some),
        )

    def close(self) -> None:
        """Take the contacts from the tombstone: what they were needed for is done."""
        client = aws.dynamodb()
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.update_item(
                TableName=settings.state_table(),
                Key=to_attributes(self.tombstone._asdict()),
                UpdateExpression="REMOVE contacts, former_contacts",
                ConditionExpression="attribute_exists(pk)",
            )


def erased(tombstone: Key) -> Erased | None:
    """Whom the tombstone stands for, until `close`: from then on nothing is left that contacts lead to."""
    item = get(tombstone)
    if item is None or "contacts" not in item:
        return None
    contacts, former = (
        tuple(cast("list[str]", item.get(name, []))) for name in ("contacts", "former_contacts")
    )
    return Erased(tombstone, clock.parse(cast("str", item["erased_at"])), contacts, former)


def events(tenant: Tenant, resource_id: str, scrub: Callable[[dict[str, Json]], dict[str, Json]]) -> None:
    """Take the personal values out of every stored event that told of the resource; ids, types and numbers stay."""
    client = aws.dynamodb()
    place = {":pk": events_partition(tenant, resource_id)}
    # An index is not read consistently: the queue of the erasure holds its messages back.
    for event in walk("gsi1pk = :pk", place, index="gsi1"):
        data = json.loads(cast("str", event["data"]))
        if (scrubbed := scrub(data)) == data:
            continue
        try:
            client.update_item(
                TableName=settings.state_table(),
                Key=to_attributes({"pk": event["pk"], "sk": event["sk"]}),
                UpdateExpression="SET #data = :data",
                ConditionExpression="attribute_exists(pk)",  # its time may have come meanwhile
                ExpressionAttributeNames={"#data": "data"},
                ExpressionAttributeValues=to_attributes(
                    {":data": json.dumps(scrubbed, separators=(",", ":"), ensure_ascii=False)}
                ),
            )
        except client.exceptions.ConditionalCheckFailedException:
            continue


def answers(tenant: Tenant, resource_id: str) -> None:
    """Empty the idempotency records whose answers show the resource. They stay: a repeated request has no effect."""
    client = aws.dynamodb()
    for pointer in walk("pk = :pk", {":pk": answers_partition(tenant, resource_id)}):
        record = Key(cast("str", pointer["record"]), cast("str", pointer["sk"]))
        # The record may be gone, or, after its time, be one of another request with the same key.
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.update_item(
                TableName=settings.state_table(),
                Key=to_attributes(record._asdict()),
                UpdateExpression="SET erased = :id REMOVE fingerprint, body, headers",
                ConditionExpression="contains(shows, :id)",
                ExpressionAttributeValues=to_attributes({":id": resource_id}),
            )
        remove(pointer)


def remove_all(tenant: Tenant, kind: str) -> None:
    """Delete every item of a partition that belongs to the erased resource alone."""
    for item in walk("pk = :pk", {":pk": partition(tenant, kind)}):
        remove(item)


def in_index(place: str) -> Iterator[Item]:
    """What a partition of gsi1 holds."""
    yield from walk("gsi1pk = :pk", {":pk": place}, index="gsi1")


def remove(item: Mapping[str, Json]) -> None:
    """Delete what has the item's key."""
    at = Key(cast("str", item["pk"]), cast("str", item["sk"]))
    aws.dynamodb().delete_item(TableName=settings.state_table(), Key=to_attributes(at._asdict()))
