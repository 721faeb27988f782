"""Marks of the logs that have work waiting: records to archive, or a checkpoint to sign.

The relay sets the mark of unarchived records in the transaction that assigns a number, and the archive removes it when
it has all records. A log with the mark has a message in the archive queue: the relay enqueues one if it sets the mark
on a log that had none, and the archive enqueues the next one if it cannot remove the mark, because records were
numbered during its run. The queue delays its messages by a minute, so that a busy log causes one run per minute. A
message can end in the dead-letter queue; the mark cannot be lost, and every hour it causes another message, unless the
log is being archived (`stalled_logs` in `eal.domain.audit_log.archive`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from eal.core.table.keys import Key, key, shard
from eal.core.table.read import walk
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode


def sequence_key(tenant: Tenant) -> Key:
    """The key of the item whose `last` is the last assigned number."""
    return key(tenant, "SEQUENCE", "AUDIT")


def is_marked(sequence: Item) -> bool:
    """Whether the sequence's item has the mark of unarchived records."""
    return "gsi1pk" in sequence


def message(tenant: Tenant, request_id: str) -> str:
    """The body of the message by which a log is archived."""
    return json.dumps({**tenant._asdict(), "request_id": request_id})


def unarchived_mark(tenant: Tenant) -> Item:
    """The index attributes of the sequence's item while the archive lacks records."""
    return mark("UNARCHIVED", tenant)


def unarchived_logs(shard_number: int) -> Iterator[Tenant]:
    """The tenants of a shard whose records are not all archived."""
    return marked_logs("UNARCHIVED", shard_number)


def mark(name: str, tenant: Tenant) -> Item:
    """The index attributes by which `marked_logs` finds a log."""
    return {"gsi1pk": shard(name, tenant), "gsi1sk": f"{tenant.organization_id}#{tenant.mode}"}


def marked_logs(name: str, shard_number: int) -> Iterator[Tenant]:
    """The tenants of a shard whose logs have the mark."""
    for item in walk("gsi1pk = :shard", {":shard": f"{name}#{shard_number}"}, index="gsi1"):
        organization_id, mode = cast("str", item["gsi1sk"]).split("#")
        yield Tenant(organization_id, cast("Mode", mode))
