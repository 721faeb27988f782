"""Counting leads and calls: their state as it stands now, against what they contribute already.

Stored state and not events, so duplicates, another order, lost and killed runs change nothing in the end: the last
message of a resource finds its last state. Bookkeeping and no customer's state: see `eal.core.table.progress`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import ids
from eal.core.table.item import load
from eal.core.table.read import get_all
from eal.domain.calls import store as calls
from eal.domain.calls.model import Call
from eal.domain.leads import store as leads
from eal.domain.leads.model import Lead
from eal.domain.statistics import model, store
from eal.domain.statistics.store import Recount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.domain.statistics.model import Contribution


def count(resource_ids: Sequence[str], by: Caller) -> int:
    """Bring the counters up to the state of some leads and calls of a tenant. How many needed it.

    Up to ten at once: each has a marker, and a lead whose source changed five counter items, in one transaction.
    Raises: Stale where another worker counted one of them meanwhile.
    """
    resources = [_at(one, by) for one in resource_ids]
    markers = [store.marker_at(by.tenant, one) for one in resource_ids]
    found = get_all([*resources, *markers])
    recounts = [
        Recount(resource_id=one, marker=marker, contribution=_contribution(one, item, marker))
        for one, item, marker in zip(
            resource_ids, found[: len(resources)], found[len(resources) :], strict=True
        )
    ]
    if changed := [one for one in recounts if one.missing]:
        store.record(changed, by)
    return len(changed)


def _at(resource_id: str, by: Caller) -> Key:
    if ids.is_id("lead", resource_id):
        return leads.at(by, resource_id)
    return calls.CALLS.key(by.tenant, resource_id)


def _contribution(resource_id: str, item: Item | None, marker: Item | None) -> Contribution:
    if item is None:
        return model.of_what_is_gone(store.counted_in(marker))
    if ids.is_id("lead", resource_id):
        return model.of_lead(load(Lead, item))
    return model.of_call(load(Call, item))
