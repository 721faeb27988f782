"""A tenant's budget for a month: what Bedrock may cost is held before a use, and settled with its cost after it.

`counted_microusd` is what was spent and what is held. One conditional update adds a hold to it, so that no number of
workers exceeds the budget together. If the client repeats an update whose response was lost, it counts once.
If a worker is killed before it settles, or no attempt gets a response, the hold stays counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, cast

from eal.core import observe
from eal.core.table import progress
from eal.core.table.keys import key
from eal.core.table.progress import ItemChange
from eal.core.table.write import Stale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.json import Json
    from eal.core.table.keys import Key
    from eal.core.tenancy import Tenant

_KEPT = timedelta(days=400)
_KIND = "AI_USAGE"


class Budget(Protocol):
    """The budget of an engine, in micro-USD."""

    def hold(self, microusd: int) -> bool:
        """Reserve an amount. False if that would exceed the budget. Raises: Unavailable."""

    def settle(self, held: int, *, spent: int, tokens: int) -> None:
        """Replace a hold by what was spent. Raises: Unavailable; Stale if the month has no item."""


@dataclass(frozen=True, slots=True)
class MonthlyBudget:
    """The budget of the calendar month of `at`, in UTC. A use that ends in the next month counts in this one."""

    tenant: Tenant
    at: datetime
    microusd: int

    def hold(self, microusd: int) -> bool:
        rest = self.microusd - microusd
        if rest < 0:
            return False
        held = ItemChange(
            key=usage_key(self.tenant, month_of(self.at)),
            expression="SET #kind = if_not_exists(#kind, :kind), #ttl = if_not_exists(#ttl, :ttl) ADD #counted :held",
            condition="attribute_not_exists(#counted) OR #counted <= :rest",
            names={"#kind": "kind", "#ttl": "ttl", "#counted": "counted_microusd"},
            values={
                ":kind": _KIND,
                ":ttl": int((self.at + _KEPT).timestamp()),
                ":held": microusd,
                ":rest": rest,
            },
        )
        try:
            progress.change_once(held)
        except Stale:
            return False
        return True

    def settle(self, held: int, *, spent: int, tokens: int) -> None:
        settled = ItemChange(
            key=usage_key(self.tenant, month_of(self.at)),
            expression="ADD #counted :difference, #spent :spent, #tokens :tokens, #uses :uses",
            condition="attribute_exists(#counted)",
            names={
                "#counted": "counted_microusd",
                "#spent": "spent_microusd",
                "#tokens": "tokens",
                "#uses": "uses",
            },
            values={
                ":difference": spent - held,
                ":spent": spent,
                ":tokens": tokens,
                ":uses": int(tokens > 0),
            },
        )
        progress.change_once(settled)
        observe.count("bedrock_microusd", spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyUsage:
    """`held_microusd` is for uses in progress, and for those whose cost is unknown because no response came."""

    uses: int
    tokens: int
    spent_microusd: int
    held_microusd: int


def usage_in(item: Mapping[str, Json] | None) -> MonthlyUsage:
    """The usage in the item of a month, which does not exist before its first use."""
    numbers = cast("Mapping[str, int]", item or {})
    spent = numbers.get("spent_microusd", 0)
    return MonthlyUsage(
        uses=numbers.get("uses", 0),
        tokens=numbers.get("tokens", 0),
        spent_microusd=spent,
        held_microusd=numbers.get("counted_microusd", 0) - spent,
    )


def usage_key(tenant: Tenant, month: str) -> Key:
    """The item of a month, such as `2026-11`."""
    return key(tenant, _KIND, month)


def month_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m")
