"""Counters in the State table: an item for the tally, and one per bucket of time, for leads also of source.

Each counted lead or call has a marker item, with its current contribution to the counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from eal.core.errors import ValidationFailed
from eal.core.table import progress
from eal.core.table.keys import Key, key, partition
from eal.core.table.read import pages
from eal.domain.statistics.model import (
    NOW,
    Counter,
    bucket_name,
    difference,
    expires_at,
    total_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.statistics.model import Amounts, Contribution, Unit

MAX_PAGES = 20
"""Pages of a megabyte, some 30,000 buckets together, that one request reads."""


def tally_key(tenant: Tenant) -> Key:
    """`org_…#live#TALLY`, `now`."""
    return key(tenant, *NOW)


def marker_key(tenant: Tenant, resource_id: str) -> Key:
    """`org_…#live#COUNTED`, and the resource's id."""
    return key(tenant, "COUNTED", resource_id)


def counted_in(marker: Item | None) -> Contribution:
    """The current contribution of a resource; empty before it was counted."""
    counted = cast("dict[str, Amounts]", marker["counted"]) if marker else {}
    return {Counter(*name.split("/", 1)): amounts for name, amounts in counted.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """A resource's marker as it was read, and the resource's new contribution."""

    resource_id: str
    marker: Item | None
    contribution: Contribution

    @property
    def missing(self) -> Contribution:
        """The difference that the counters lack."""
        return difference(counted_in(self.marker), self.contribution)


def record(recounts: Sequence[Recount], by: Caller) -> None:
    """Update the counters and the markers to the new contributions.

    Raises: Stale if a marker changed since it was read.
    """
    missing = total_of(recount.missing for recount in recounts)
    additions = [
        progress.Addition(
            key=key(by.tenant, *counter),
            kind=counter.kind.partition("#")[0],
            amounts=amounts,
            ttl=int(expiry.timestamp()) if expiry else None,
        )
        for counter, amounts in missing.items()
        # An expired bucket is not created again.
        if (expiry := expires_at(counter)) is None or expiry > by.at
    ]
    progress.count([_marker(recount, by) for recount in recounts], additions)


def _marker(recount: Recount, by: Caller) -> tuple[Item, int]:
    """The marker's next version, and the version that it replaces."""
    was = cast("int", recount.marker["version"]) if recount.marker else 0
    marker: Item = {
        **marker_key(by.tenant, recount.resource_id)._asdict(),
        "kind": "COUNTED",
        "version": was + 1,
        "counted": {
            f"{counter.kind}/{counter.sk}": amounts for counter, amounts in recount.contribution.items()
        },
    }
    return marker, was


def buckets_since(kind: str, unit: Unit, since: datetime, by: Caller) -> list[Item]:
    """The buckets of a kind from `since` on; those of leads are one per source.

    Raises: ValidationFailed if there are too many to add up.
    """
    values: Item = {
        ":pk": partition(by.tenant, kind, unit),
        ":since": bucket_name(unit, since),
    }
    found: list[Item] = []
    for number, items in enumerate(pages("pk = :pk AND sk >= :since", values)):
        if number == MAX_PAGES:
            message = "Covers too many lead sources to be added up. Use a shorter window."
            raise ValidationFailed.of_field("/window", message, "too_much", location="query")
        found += items
    return found
