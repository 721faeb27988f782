"""Counters of reviews by month and surface, changed in the transaction of what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table.keys import Key, key, partition
from eal.core.table.progress import Addition
from eal.core.table.read import walk
from eal.domain.reviews.model import Counter, differences

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.reviews.model import Review, Surface

_KIND = "REVIEW_STATS"


def counter_key(tenant: Tenant, counter: Counter) -> Key:
    """`org_…#live#REVIEW_STATS`, `2026-11#google`."""
    return key(tenant, _KIND, "#".join(counter))


def count_change(before: Review | None, after: Review | None, by: Caller) -> None:
    """Count what a review has become, in the caller's transaction."""
    for counter, amounts in differences(before, after).items():
        addition = Addition(key=counter_key(by.tenant, counter), kind=_KIND, amounts=amounts)
        by.transaction.add(addition.operation())


def buckets_between(since: str, until: str, by: Caller) -> dict[Counter, dict[str, int]]:
    """The counters of the months from `since` to `until`, such as `2026-04`, that have reviews."""
    # "~" is higher than every character of a key after its month.
    values: Item = {":pk": partition(by.tenant, _KIND), ":since": since, ":until": f"{until}~"}
    found = {}
    for item in walk("pk = :pk AND sk BETWEEN :since AND :until", values):
        month, _, surface = cast("str", item["sk"]).partition("#")
        amounts = {name: value for name, value in item.items() if isinstance(value, int)}
        if amounts.get("reviews"):
            found[Counter(month, cast("Surface", surface))] = amounts
    return found
