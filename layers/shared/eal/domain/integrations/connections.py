"""Connections: a connection id is the unguessable part of a receiver's address, and identifies tenant, mode and vendor.

Connections are in the Access table, next to the API keys. Both are looked up before the tenant is known, and both are
found by a hash, so that reading the table reveals no address.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from eal.core import aws, settings
from eal.core.clock import Instant, rfc3339
from eal.core.secrets import decrypt
from eal.core.table.item import dump, encode, from_attributes, load, to_attributes
from eal.core.table.read import batch_get
from eal.core.table.write import Operation, Stale
from eal.core.tenancy import Mode  # noqa: TC001 - pydantic reads the annotations of stored items
from eal.domain.integrations.model import ConnectionHealth, Failure

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UniversalAttributeValueTypeDef

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.integrations.model import Integration, StoredSecret

_STAMP_INTERVAL_SECONDS = 60
_ID = re.compile(r"conn_[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorConnection:
    """A connection as its receiver needs it. `ciphertexts` are the current signing secret, and until `previous_until`
    also the one that it replaced."""

    organization_id: str
    mode: Mode
    vendor: str
    ciphertexts: tuple[str, ...] = ()
    previous_until: Instant | None = None
    last_event_at: Instant | None = None
    last_failure: Failure | None = None

    def signing_secrets(self, now: datetime) -> Collection[str]:
        """The secrets that are accepted now, newest first."""
        overlaps = self.previous_until is not None and now < self.previous_until
        return [
            decrypt(ciphertext, organization_id=self.organization_id, purpose=f"{self.vendor}.signing")
            for ciphertext in self.ciphertexts[: 2 if overlaps else 1]
        ]

    def health(self) -> ConnectionHealth:
        return ConnectionHealth(last_event_at=self.last_event_at, last_failure=self.last_failure)

    def just_failed(self, now: datetime) -> bool:
        """Whether the last failure is so recent that another one is not recorded."""
        return self.last_failure is not None and now - self.last_failure.at < timedelta(
            seconds=_STAMP_INTERVAL_SECONDS
        )


def new_id() -> str:
    """160 random bits."""
    return "conn_" + secrets.token_hex(20)


def is_id(text: str) -> bool:
    """Whether `text` has the format of a connection id; any other text needs no read."""
    return _ID.fullmatch(text) is not None


def pk(connection_id: str) -> str:
    return "C#" + hashlib.sha256(connection_id.encode()).hexdigest()


def find(connection_id: str, vendor: str) -> VendorConnection | None:
    """The vendor's connection with this id, if there is one."""
    response = aws.dynamodb().get_item(
        TableName=settings.access_table(), Key=_access_key(connection_id), ConsistentRead=True
    )
    if not response.get("Item"):
        return None
    connection = load(VendorConnection, from_attributes(response["Item"]))
    return connection if connection.vendor == vendor else None


def find_all(connection_ids: Sequence[str]) -> dict[str, VendorConnection]:
    """A tenant's connections of one mode, by vendor.

    Raises: Unavailable.
    """
    items = batch_get(
        settings.access_table(), [{"pk": pk(connection_id)} for connection_id in connection_ids]
    )
    return {connection.vendor: connection for connection in (load(VendorConnection, item) for item in items)}


def put(
    connection_id: str, integration: Integration, signing: StoredSecret | None, tenant: Tenant
) -> Operation:
    """The operation that writes what receivers read, but not what they stamped on the connection."""
    ciphertexts = list(filter(None, (signing.ciphertext, signing.previous))) if signing else []
    values: Item = {
        ":organization": tenant.organization_id,
        ":mode": tenant.mode,
        ":vendor": integration.vendor,
        ":texts": ciphertexts,
        ":until": rfc3339(signing.previous_until) if signing and signing.previous_until else None,
    }
    update = {
        "TableName": settings.access_table(),
        "Key": _access_key(connection_id),
        "UpdateExpression": (
            "SET organization_id = :organization, #mode = :mode, vendor = :vendor,"
            " ciphertexts = :texts, previous_until = :until"
        ),
        "ConditionExpression": (
            "attribute_not_exists(pk) OR (organization_id = :organization AND #mode = :mode)"
        ),
        "ExpressionAttributeNames": {"#mode": "mode"},
        "ExpressionAttributeValues": to_attributes(values),
    }
    return Operation(cast("TransactWriteItemTypeDef", {"Update": update}), lambda _old: Stale())


def delete(connection_id: str) -> Operation:
    """The operation that deletes the connection: its addresses then return 404."""
    request = {"Delete": {"TableName": settings.access_table(), "Key": _access_key(connection_id)}}
    return Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale())


def stamp_event(connection_id: str, at: datetime) -> None:
    """Record when the vendor last sent a webhook: at most once a minute, so that a busy tenant is not a hot key, and at
    once if the newest known webhook was rejected."""
    client = aws.dynamodb()
    try:
        client.update_item(
            TableName=settings.access_table(),
            Key=_access_key(connection_id),
            UpdateExpression="SET last_event_at = :at, stamped = :now",
            ConditionExpression=(
                "attribute_exists(pk) AND (attribute_not_exists(stamped) OR stamped < :stale"
                " OR last_failure.#at BETWEEN last_event_at AND :at)"
            ),
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues=to_attributes(
                {
                    ":at": rfc3339(at),
                    ":now": int(at.timestamp()),
                    ":stale": int(at.timestamp()) - _STAMP_INTERVAL_SECONDS,
                }
            ),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def stamp_failure(connection_id: str, vendor: str, failure: Failure) -> None:
    """Record why a webhook of the vendor was rejected: at most once a minute."""
    client = aws.dynamodb()
    stale = failure.at - timedelta(seconds=_STAMP_INTERVAL_SECONDS)
    try:
        client.update_item(
            TableName=settings.access_table(),
            Key=_access_key(connection_id),
            UpdateExpression="SET last_failure = :failure",
            ConditionExpression=(
                "vendor = :vendor AND (attribute_not_exists(last_failure) OR last_failure.#at <= :stale)"
            ),
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={
                ":failure": encode(dump(failure)),
                **to_attributes({":vendor": vendor, ":stale": rfc3339(stale)}),
            },
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def _access_key(connection_id: str) -> dict[str, UniversalAttributeValueTypeDef]:
    return to_attributes({"pk": pk(connection_id)})
