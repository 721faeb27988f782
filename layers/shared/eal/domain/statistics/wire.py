"""What the API takes and shows of statistics."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Self, get_args

from pydantic import ConfigDict, Field

from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.wire import Wire
from eal.domain.leads.model import Status
from eal.domain.statistics import sketch
from eal.domain.statistics.model import Cohort, Window, cohort_of, source_in

_STATUSES: tuple[Status, ...] = get_args(Status.__value__)


class LeadStatsQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    window: Annotated[
        Window,
        Field(
            description="`24h` and `7d` start at a full hour, `30d` and `90d` at midnight UTC; `since` is the exact "
            "start."
        ),
    ] = "30d"


class StatusCountsView(Wire):
    new: int
    contacted: int
    qualified: int
    scheduled: int
    won: int
    lost: int
    disqualified: int

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        return cls.model_validate({status: counts.get(status, 0) for status in _STATUSES})


class SourceStatsView(Wire):
    """The leads of one source, and how many of them ever reached `contacted`, `qualified` and `won`."""

    source: str
    total: int
    contacted: int
    qualified: int
    won: int

    @classmethod
    def of_cohort(cls, source: str, cohort: Cohort) -> Self:
        reached = cohort.reached
        return cls(
            source=source,
            total=cohort.total,
            contacted=reached.get("contacted", 0),
            qualified=reached.get("qualified", 0),
            won=reached.get("won", 0),
        )


class FirstContactView(Wire):
    """Time from a lead's creation to its first contact, accurate to 1 %. Null if no lead was contacted."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> Self:
        return cls(
            count=sum(counts.values()),
            median_seconds=_seconds(counts, 0.5),
            p90_seconds=_seconds(counts, 0.9),
        )


class LeadStatsView(Wire):
    """Statistics of the leads created in a window, with their current status."""

    window: Window
    since: Instant
    until: Instant
    total: int
    funnel: Annotated[StatusCountsView, Field(description="Number of leads that ever reached each status.")]
    by_status: Annotated[StatusCountsView, Field(description="Number of leads currently in each status.")]
    by_source: Annotated[list[SourceStatsView], Field(description="Largest source first.")]
    first_contact: FirstContactView

    @classmethod
    def of_buckets(
        cls, window: Window, since: datetime, until: datetime, buckets: Sequence[Mapping[str, Json]]
    ) -> Self:
        """Of the window's buckets."""
        whole = cohort_of(buckets)
        grouped = groupby(sorted(buckets, key=source_in), key=source_in)
        sources = [SourceStatsView.of_cohort(source, cohort_of(some)) for source, some in grouped]
        return cls(
            window=window,
            since=since,
            until=until,
            total=whole.total,
            funnel=StatusCountsView.of(whole.reached),
            by_status=StatusCountsView.of(whole.by_status),
            by_source=sorted((one for one in sources if one.total), key=lambda one: (-one.total, one.source)),
            first_contact=FirstContactView.of(whole.first_contact),
        )


def _seconds(counts: Mapping[int, int], q: float) -> float | None:
    found = sketch.quantile(counts, q)
    return None if found is None else round(found, 3)
