"""A connection: the unguessable address part that names tenant, mode and vendor to a receiver.

It lies in the Access table beside the keys: like them it is looked up before the tenant is known, and like them it
is found by its hash, so that reading the table gives nobody an address.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from eal import aws, settings
from eal.clock import Instant, rfc3339
from eal.secrets import decrypt
from eal.table.item import from_attributes, load, to_attributes
from eal.table.keys import Mode

_FRESH_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a receiver needs. `ciphertexts` are the signing secrets that are accepted now, newest first."""

    organization_id: str
    mode: Mode
    vendor: str
    ciphertexts: tuple[str, ...] = ()
    last_event_at: Instant | None = None

    def signing_secrets(self) -> Collection[str]:
        return [
            decrypt(one, organization_id=self.organization_id, purpose=f"{self.vendor}.signing")
            for one in self.ciphertexts
        ]


def new_id() -> str:
    """160 random bits."""
    return "conn_" + secrets.token_hex(20)


def pk(connection_id: str) -> str:
    return "C#" + hashlib.sha256(connection_id.encode()).hexdigest()


def find(connection_id: str, vendor: str) -> Connection | None:
    """The vendor's connection with this id, if there is one."""
    answer = aws.dynamodb().get_item(
        TableName=settings.access_table(), Key=to_attributes({"pk": pk(connection_id)}), ConsistentRead=True
    )
    if not answer.get("Item"):
        return None
    connection = load(Connection, from_attributes(answer["Item"]))
    return connection if connection.vendor == vendor else None


def stamp_event(connection_id: str, at: datetime) -> None:
    """Remember when the vendor last sent something: at most once a minute, so that a busy tenant is not a hot key."""
    client = aws.dynamodb()
    try:
        client.update_item(
            TableName=settings.access_table(),
            Key=to_attributes({"pk": pk(connection_id)}),
            UpdateExpression="SET last_event_at = :at, stamped = :now",
            ConditionExpression="attribute_exists(pk) AND (attribute_not_exists(stamped) OR stamped < :stale)",
            ExpressionAttributeValues=to_attributes(
                {
                    ":at": rfc3339(at),
                    ":now": int(at.timestamp()),
                    ":stale": int(at.timestamp()) - _FRESH_SECONDS,
                }
            ),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return
