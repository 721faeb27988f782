"""Counting leads and calls: the difference between their current state and what they already contribute.

Counting reads the stored state and ignores the content of events. So duplicates, reordering, lost messages and killed
workers have no effect in the end, because the last message of a resource finds its last state. The counters are
bookkeeping and not a customer's state: see `eal.core.table.progress`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eal.core import ids, observe
from eal.core.table.item import load
from eal.core.table.read import get_all
from eal.domain.calls.model import Call
from eal.domain.calls.store import CALLS
from eal.domain.leads.collection import LEADS
from eal.domain.statistics import model, store
from eal.domain.statistics.store import Recount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal.core.caller import Caller
    from eal.core.messages import ResourceEvent
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant
    from eal.domain.statistics.model import Contribution


class Counted(NamedTuple):
    """The number of changed resources, and the amounts added to the counters."""

    resources: int
    added: Contribution


def count_all(events: Iterable[ResourceEvent]) -> None:
    """Count the current state of the resources of up to ten events, whatever the events contain."""
    by_tenant: dict[Tenant, list[ResourceEvent]] = {}
    for event in events:
        by_tenant.setdefault(event.tenant, []).append(event)
    for of_tenant in by_tenant.values():
        by = of_tenant[0].as_worker("count_activity")
        counted = count(list({event.data.id: None for event in of_tenant}), by)
        if counted.resources:
            observe.count("activity_counted", counted.resources)
        if by.mode == "live":
            for name, amount in model.runs_in(counted.added).items():
                observe.count(name, amount)


def count(resource_ids: Sequence[str], by: Caller) -> Counted:
    """Update the counters to the state of up to ten leads and calls of a tenant.

    Ten, because one transaction contains the marker of each and, for a lead whose source changed, five counter items.
    Raises: Stale if another worker counted one of them concurrently.
    """
    resources = [_resource_key(resource_id, by) for resource_id in resource_ids]
    markers = [store.marker_key(by.tenant, resource_id) for resource_id in resource_ids]
    items = get_all([*resources, *markers])
    recounts = [
        Recount(
            resource_id=resource_id, marker=marker, contribution=_contribution(resource_id, resource, marker)
        )
        for resource_id, resource, marker in zip(
            resource_ids, items[: len(resources)], items[len(resources) :], strict=True
        )
    ]
    if changed := [recount for recount in recounts if recount.missing]:
        store.record(changed, by)
    return Counted(len(changed), model.total_of(recount.missing for recount in changed))


def _resource_key(resource_id: str, by: Caller) -> Key:
    if ids.is_id("lead", resource_id):
        return LEADS.key(by.tenant, resource_id)
    return CALLS.key(by.tenant, resource_id)


def _contribution(resource_id: str, item: Item | None, marker: Item | None) -> Contribution:
    if item is None:
        return model.of_erased(store.counted_in(marker))
    if ids.is_id("lead", resource_id):
        return model.of_lead(LEADS.load(item))
    return model.of_call(load(Call, item))
