"""Pointers: which items of the outbox are not published yet.

A transaction writes a pointer with its outbox items, one per tenant and kind (`pointer_to` in `eal.core.transaction`).
An item is pending while the pointer names it. The pointers are items of a few shared partitions, so that the sweep
finds them without an index, and removing one costs one write unit, however large the items are.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Self, cast

from eal.core import settings
from eal.core.parallel import attempt_all
from eal.core.table import progress
from eal.core.table.keys import Key, pending_key
from eal.core.table.read import batch_get, walk
from eal.core.tenancy import Tenant
from eal.domain.outbox.model import Group, group_of, id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set

    from eal.core.table.item import Item
    from eal.core.tenancy import Mode
    from eal.domain.outbox.model import Kind


@dataclass(frozen=True, slots=True)
class Pointer:
    """`ids` are the items that are still to be published."""

    key: Key
    group: Group
    ids: frozenset[str]

    @classmethod
    def of(cls, item: Item) -> Self:
        key = Key.of(item)
        organization_id, mode, kind, _ = key.sk.split("#")
        group = Group(Tenant(organization_id, cast("Mode", mode)), cast("Kind", kind))
        return cls(key, group, frozenset(cast("dict[str, bool]", item["unpublished"])))


def pointers_of(items: Iterable[Item]) -> list[Pointer]:
    """The pointers that exist for the items. The pointer of a published item does not."""
    keys = {_pointer_key(item): None for item in items}
    stored = batch_get(settings.state_table(), [key._asdict() for key in keys])
    return [Pointer.of(item) for item in stored]


def pointers_in(shard: int) -> Iterator[Pointer]:
    """All pointers of a shard, by tenant, kind and age."""
    for item in walk("pk = :shard", {":shard": f"PENDING#{shard}"}):
        yield Pointer.of(item)


def remove(pointers: Iterable[Pointer], published: Set[str]) -> dict[Group, Exception]:
    """Remove published items from their pointers. Returns the groups for which that failed; their items stay pending.

    The items of one transaction rarely arrive in two batches of the stream. The pointer of such items loses the ids of
    one batch first; if both batches are processed at once, it loses all ids, and the sweep removes it.
    """
    whole = [pointer for pointer in pointers if pointer.ids <= published]
    partly = [pointer for pointer in pointers if pointer.ids & published and not pointer.ids <= published]
    calls: list[tuple[Sequence[Pointer], Callable[[], None]]] = [
        *(
            (chunk, partial(progress.delete_all, [pointer.key for pointer in chunk]))
            for chunk in batched(whole, progress.MAX_BATCH, strict=False)
        ),
        *(((pointer,), partial(_remove_ids, pointer, pointer.ids & published)) for pointer in partly),
    ]
    outcomes = attempt_all([call for _, call in calls])
    return {
        pointer.group: outcome
        for (chunk, _), outcome in zip(calls, outcomes, strict=True)
        if outcome is not None
        for pointer in chunk
    }


def _remove_ids(pointer: Pointer, published: Set[str]) -> None:
    names = {f"#id{number}": item_id for number, item_id in enumerate(sorted(published))}
    removal = progress.ItemChange(
        key=pointer.key,
        expression="REMOVE " + ", ".join(f"unpublished.{name}" for name in names),
        condition="attribute_exists(pk)",
        names=names,
        values={},
    )
    with suppress(progress.ConditionFailed):  # a concurrent run removed the whole pointer
        progress.change(removal)


def _pointer_key(item: Item) -> Key:
    group = group_of(item)
    return pending_key(group.tenant, group.kind, cast("str", item.get("committed_with", id_of(item))))
