"""Which logs have numbered records that the archive lacks: the head of a log's numbers says so until it has them.

The relay sets the mark in the transaction that gives a number, and the archive takes it off when it has all. A word
to the archiver can be lost (to the dead-letter queue, at last); the mark cannot, and each hour it brings another word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.table.keys import Key, Mode, key, pending_shard
from eal.table.read import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.table.item import Item


def numbers(organization_id: str, mode: Mode) -> Key:
    """The item whose `last` is the number that was given last."""
    return key(organization_id, mode, "SEQUENCE", "AUDIT")


def mark(organization_id: str, mode: Mode) -> Item:
    """The index attributes of that item as long as the archive lacks records."""
    shard = pending_shard(organization_id, mode).replace("PENDING", "UNARCHIVED")
    return {"gsi1pk": shard, "gsi1sk": f"{organization_id}#{mode}"}


def logs(shard: int) -> Iterator[tuple[str, Mode]]:
    """The tenants and modes of a shard whose records are not all archived."""
    for item in walk("gsi1pk = :shard", {":shard": f"UNARCHIVED#{shard}"}, index="gsi1"):
        organization_id, mode = cast("str", item["gsi1sk"]).split("#")
        yield organization_id, cast("Mode", mode)
