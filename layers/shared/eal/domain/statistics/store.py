"""Counters in the State table: an item for the tally, and one for each bucket of time and source of leads.

Beside each lead and call stands a marker, which holds what it contributes to the counters at present.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from eal.core.errors import ValidationFailed
from eal.core.table import progress
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import pages
from eal.domain.statistics.model import LEAD_STATS, NOW, Counter, added_up, bucket_at, difference, end_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.statistics.model import Amounts, Contribution, Unit

MOST_PAGES = 20
"""Of a megabyte each, some 30,000 buckets: what one request adds up at most."""


def tally_at(tenant: Tenant) -> Key:
    """`org_…#live#TALLY`, `now`."""
    return key(tenant, *NOW)


def marker_at(tenant: Tenant, resource_id: str) -> Key:
    """`org_…#live#COUNTED`, and the resource's id."""
    return key(tenant, "COUNTED", resource_id)


def counted_in(marker: Item | None) -> Contribution:
    """What a resource contributes at present; nothing before it was counted."""
    counted = cast("dict[str, Amounts]", marker["counted"]) if marker else {}
    return {Counter(*name.split("/", 1)): amounts for name, amounts in counted.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """A resource's marker as it was read, and what the resource contributes now."""

    resource_id: str
    marker: Item | None
    contribution: Contribution

    @property
    def missing(self) -> Contribution:
        """What the counters lack of it."""
        return difference(counted_in(self.marker), self.contribution)


def record(recounts: Sequence[Recount], by: Caller) -> None:
    """Make the counters and the markers say what the resources contribute now.

    Raises: Stale where a marker is not any more as it was read.
    """
    missing = added_up(one.missing for one in recounts)
    additions = [
        progress.Addition(
            at=key(by.tenant, *counter),
            kind=counter.kind.partition("#")[0],
            amounts=amounts,
            ttl=int(end.timestamp()) if end else None,
        )
        for counter, amounts in missing.items()
        # A bucket that no window reaches any more is not made anew.
        if (end := end_of(counter)) is None or end > by.at
    ]
    progress.count([_marker(recount, by) for recount in recounts], additions)


def _marker(recount: Recount, by: Caller) -> tuple[Item, int]:
    """The marker's next version, and the one that it goes over."""
    was = cast("int", recount.marker["version"]) if recount.marker else 0
    marker: Item = {
        **marker_at(by.tenant, recount.resource_id)._asdict(),
        "kind": "COUNTED",
        "version": was + 1,
        "counted": {
            f"{counter.kind}/{counter.sk}": amounts for counter, amounts in recount.contribution.items()
        },
    }
    return marker, was


def buckets_since(unit: Unit, since: datetime, by: Caller) -> list[Item]:
    """The buckets from `since` on, one for each source that had a lead in it.

    Raises: ValidationFailed where there are too many of them to be added up.
    """
    values: Item = {
        ":pk": partition(by.tenant, LEAD_STATS, unit),
        ":since": bucket_at(unit, since),
    }
    found: list[Item] = []
    for number, items in enumerate(pages("pk = :pk AND sk >= :since", values)):
        if number == MOST_PAGES:
            message = "Covers too many lead sources to be added up. Use a shorter window."
            raise ValidationFailed(
                [{"pointer": "/window", "message": message, "type": "too_much", "location": "query"}]
            )
        found += items
    return found
