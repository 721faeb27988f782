"""The lease of a replay: an endpoint has at most one replay in progress.

The request acquires it in its transaction, and the worker releases it at the end. If the replay's message becomes a
dead letter without a last word of its worker, the lease ends by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import clock, observe, settings
from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.core.table import progress
from eal.core.table.item import to_attributes
from eal.core.table.keys import key
from eal.core.table.progress import ConditionFailed, ItemChange
from eal.core.table.write import Operation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.domain.webhooks.deliveries.messages import ReplayDeliveriesTask

DURATION = timedelta(hours=24)
"""Longer than any replay: at 15 ms for each, the worker opens five million deliveries in that time."""
_KIND = "WEBHOOK_REPLAY"


def acquiring(replay: ReplayDeliveriesTask) -> Operation:
    """The operation that acquires the lease, for the transaction that requests a replay. Refused with Conflict if
    another one is in progress."""
    item: Item = {
        **_key(replay)._asdict(),
        "kind": _KIND,
        "replay_id": replay.replay_id,
        "requested_at": rfc3339(replay.requested_at),
        "expires_at": rfc3339(replay.requested_at + DURATION),
        "ttl": int((replay.requested_at + DURATION).timestamp()),
    }
    put = {
        "TableName": settings.state_table(),
        "Item": to_attributes(item),
        "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
        "ExpressionAttributeValues": to_attributes({":now": rfc3339(replay.requested_at)}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return Operation(cast("TransactWriteItemTypeDef", {"Put": put}), _refusal)


def release(replay: ReplayDeliveriesTask) -> None:
    """End the lease, if it is still this replay's."""
    try:
        progress.change(
            ItemChange(
                key=_key(replay),
                expression="SET #expires_at = :now",
                condition="replay_id = :replay_id",
                names={"#expires_at": "expires_at"},
                values={":now": rfc3339(clock.now()), ":replay_id": replay.replay_id},
            )
        )
    except ConditionFailed:
        observe.logger.info("replay_lease_lost")


def _refusal(held: Item | None) -> Conflict:
    held = held or {}
    return Conflict(
        "A replay to this endpoint is in progress. Wait until it has ended.",
        replay_id=held.get("replay_id"),
        requested_at=held.get("requested_at"),
    )


def _key(replay: ReplayDeliveriesTask) -> Key:
    """`org_…#live#WEBHOOK_REPLAY`, `wh_…`."""
    return key(replay.tenant, _KIND, replay.webhook_id)
