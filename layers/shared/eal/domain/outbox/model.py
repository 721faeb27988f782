"""The groups of the outbox, and batches of its items within the limits of an AWS call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from eal.core.table.keys import Key, partition
from eal.core.tenancy import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode

type Kind = Literal["EVENT", "TASK", "AUDIT"]


@dataclass(frozen=True, slots=True)
class Group:
    """The outbox items of one tenant and kind. Each group is numbered, and fails, by itself."""

    tenant: Tenant
    kind: Kind

    def log_fields(self) -> dict[str, str]:
        return {**self.tenant._asdict(), "kind": self.kind}

    def key_of(self, item_id: str) -> Key:
        return Key(partition(self.tenant, self.kind), item_id)


def group_of(item: Item) -> Group:
    tenant = Tenant(cast("str", item["organization_id"]), cast("Mode", item["mode"]))
    return Group(tenant, cast("Kind", item["kind"]))


def id_of(item: Item) -> str:
    return cast("str", item["id"])


def batches[T](
    elements: Iterable[T], size_of: Callable[[T], int], *, max_count: int, max_size: int
) -> Iterator[list[T]]:
    """The elements in order, in batches. An element larger than `max_size` is a batch by itself."""
    batch: list[T] = []
    room = max_size
    for element in elements:
        size = size_of(element)
        if batch and (len(batch) == max_count or size > room):
            yield batch
            batch, room = [], max_size
        batch.append(element)
        room -= size
    if batch:
        yield batch
