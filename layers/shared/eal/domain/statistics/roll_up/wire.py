"""Response models for the roll-up."""

from __future__ import annotations

from typing import Annotated, Self

from eal.core.listing import PageView
from eal.core.schema import Field
from eal.core.wire import Wire
from eal.domain.statistics.roll_up.store import RollUpRow


class LeadCounts(Wire):
    total: int
    """The number of leads that exist now, in all statuses."""
    by_status: dict[str, int]
    """The number of leads by status. A status without leads is omitted."""


class CallCounts(Wire):
    """Counts of classified calls."""

    total: int
    """The number of classified calls that exist now."""
    by_intent: dict[str, int]
    """The number of calls by intent. An intent without calls is omitted."""
    qualified: int
    """The number of qualified calls."""
    unqualified: int
    """The number of unqualified calls."""
    undetermined: int
    """The number of calls whose qualification cannot be known."""
    qualified_rate: Annotated[float | None, Field(ge=0, le=1)]
    """`qualified` divided by `qualified` plus `unqualified`. Null if both are 0."""


class RollUpView(Wire):
    """The counts of one child. `leads` or `calls` is null if the child has not granted it."""

    organization_id: str
    """The id of the child."""
    name: str
    """The child's name."""
    leads: LeadCounts | None
    """The counts of the child's leads. Null if it has not granted them."""
    calls: CallCounts | None
    """The counts of the child's calls. Null if it has not granted them."""

    @classmethod
    def of(cls, row: RollUpRow) -> Self:
        tally = row.tally
        leads = LeadCounts(total=sum(tally.lead_status.values()), by_status=tally.lead_status)
        return cls(
            organization_id=row.organization_id,
            name=row.name,
            leads=leads if row.leads else None,
            calls=_call_counts(tally.call_intent, tally.call_qualified) if row.calls else None,
        )


class RollUpPage(PageView[RollUpView]):
    pass


def _call_counts(intents: dict[str, int], by_qualified: dict[str, int]) -> CallCounts:
    yes, no = by_qualified.get("true", 0), by_qualified.get("false", 0)
    return CallCounts(
        total=sum(intents.values()),
        by_intent=intents,
        qualified=yes,
        unqualified=no,
        undetermined=by_qualified.get("undetermined", 0),
        qualified_rate=round(yes / (yes + no), 4) if yes + no else None,
    )
