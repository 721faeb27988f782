"""Workers' bookkeeping: items that tell how far a piece of work has come, such as a webhook's delivery.

The one way to change the State table beside `Write`, and a narrow one. It is right only where nothing that a
customer owns changes: no audit record is written, no event is emitted, and losing the item would only lose
the record of work that was done. Everything else goes through `Write`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal import aws, settings
from eal.table.item import to_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.errors import Json


def start(item: Mapping[str, Json]) -> bool:
    """Put an item if its key is free. False where it was not: an earlier run of this work was here."""
    client = aws.dynamodb()
    try:
        client.put_item(
            TableName=settings.state_table(),
            Item=to_attributes(item),
            ConditionExpression="attribute_not_exists(pk)",
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def advance(item: Mapping[str, Json], *, was: int) -> bool:
    """Put the item's next version over version `was`. False where another worker was quicker."""
    client = aws.dynamodb()
    try:
        client.put_item(
            TableName=settings.state_table(),
            Item=to_attributes(item),
            ConditionExpression="version = :was",
            ExpressionAttributeValues=to_attributes({":was": was}),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True
