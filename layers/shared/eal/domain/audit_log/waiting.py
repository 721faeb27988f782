"""Which logs have numbered records that the archive lacks: the head of a log's numbers says so until it has them.

The relay sets the mark in the transaction that gives a number, and the archive takes it off when it has all. A word
to the archiver can be lost (to the dead-letter queue, at last); the mark cannot, and each hour it brings another word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table.keys import Key, key, shard
from eal.core.table.read import walk
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode


def numbers(tenant: Tenant) -> Key:
    """The item whose `last` is the number that was given last."""
    return key(tenant, "SEQUENCE", "AUDIT")


def mark(tenant: Tenant) -> Item:
    """The index attributes of that item as long as the archive lacks records."""
    return marked("UNARCHIVED", tenant)


def logs(number: int) -> Iterator[Tenant]:
    """The tenants and modes of a shard whose records are not all archived."""
    return logs_marked("UNARCHIVED", number)


def marked(name: str, tenant: Tenant) -> Item:
    """The index attributes of an item by which `logs_marked` finds its log."""
    return {"gsi1pk": shard(name, tenant), "gsi1sk": f"{tenant.organization_id}#{tenant.mode}"}


def logs_marked(name: str, number: int) -> Iterator[Tenant]:
    """The tenants and modes of a shard whose logs have this mark."""
    for item in walk("gsi1pk = :shard", {":shard": f"{name}#{number}"}, index="gsi1"):
        organization_id, mode = cast("str", item["gsi1sk"]).split("#")
        yield Tenant(organization_id, cast("Mode", mode))
