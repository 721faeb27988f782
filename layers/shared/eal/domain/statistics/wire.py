"""Request and response models for statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Self, get_args

from eal.ai.classification import Intent, Urgency
from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.schema import ConfigDict
from eal.core.wire import Wire
from eal.domain.leads.vocabulary import Status
from eal.domain.statistics import sketch
from eal.domain.statistics.model import (
    CallCohort,
    Cohort,
    Window,
    call_cohort_of,
    cohort_of,
    source_in,
    week_of,
)

_STATUSES: tuple[Status, ...] = get_args(Status.__value__)


class StatsQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    window: Window = "30d"
    """`24h` and `7d` start at a full hour, `30d` and `90d` at midnight UTC; `since` is the exact start."""


class StatusCountsView(Wire):
    new: int
    """The number of leads that have the status `new`; in `funnel`, that ever had it."""
    contacted: int
    """The number of leads that have the status `contacted`; in `funnel`, that ever had it."""
    qualified: int
    """The number of leads that have the status `qualified`; in `funnel`, that ever had it."""
    scheduled: int
    """The number of leads that have the status `scheduled`; in `funnel`, that ever had it."""
    won: int
    """The number of leads that have the status `won`; in `funnel`, that ever had it."""
    lost: int
    """The number of leads that have the status `lost`; in `funnel`, that ever had it."""
    disqualified: int
    """The number of leads that have the status `disqualified`; in `funnel`, that ever had it."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        return cls.model_validate({status: counts.get(status, 0) for status in _STATUSES})


class SourceStatsView(Wire):
    """The leads of one source, and how many of them ever reached `contacted`, `qualified` and `won`."""

    source: str
    """The source as a slug, such as `web_form`."""
    total: int
    """The number of leads from this source."""
    contacted: int
    """The number of leads that ever reached `contacted`."""
    qualified: int
    """The number of leads that ever reached `qualified`."""
    won: int
    """The number of leads that ever reached `won`."""

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


class DurationsView(Wire):
    """Times, accurate to 1 %. Null if there are none."""

    count: int
    """The number of leads or calls that were measured."""
    median_seconds: float | None
    """The median, in seconds."""
    p90_seconds: float | None
    """The 90th percentile, in seconds: nine of ten took at most this long."""

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
    """The window as requested."""
    since: Instant
    """The start of the window: a full hour for `24h` and `7d`, midnight UTC for `30d` and `90d`."""
    until: Instant
    """The end of the window: the time of the request."""
    total: int
    """The number of leads created in the window, including those erased since."""
    funnel: StatusCountsView
    """The number of leads that ever reached each status."""
    by_status: StatusCountsView
    """The number of leads currently in each status."""
    by_source: list[SourceStatsView]
    """The sources, largest first."""
    first_contact: DurationsView
    """The time from a lead's creation to its first contact."""

    @classmethod
    def of_buckets(
        cls, window: Window, since: datetime, until: datetime, buckets: Sequence[Mapping[str, Json]]
    ) -> Self:
        all_sources = cohort_of(buckets)
        grouped = groupby(sorted(buckets, key=source_in), key=source_in)
        sources = [SourceStatsView.of_cohort(source, cohort_of(of_source)) for source, of_source in grouped]
        return cls(
            window=window,
            since=since,
            until=until,
            total=all_sources.total,
            funnel=StatusCountsView.of(all_sources.reached),
            by_status=StatusCountsView.of(all_sources.by_status),
            by_source=sorted(
                (source for source in sources if source.total),
                key=lambda source: (-source.total, source.source),
            ),
            first_contact=DurationsView.of(all_sources.first_contact),
        )


class QualifiedCountsView(Wire):
    true: int
    """The number of qualified calls."""
    false: int
    """The number of unqualified calls."""
    undetermined: int
    """The number of calls whose qualification cannot be known."""


class CallWeekView(Wire):
    """The engine's performance on the calls of a week, which shows its drift: a share that changes without a reason in
    the business is a reason to look at calls.
    """

    starts_on: date
    """The Monday, in UTC. The first week of a window can be incomplete."""
    judged: int
    """The number of calls with a run of an engine."""
    by_intent: dict[Intent, int]
    """The number of calls by intent. An intent without calls is omitted."""
    mean_confidence: float | None
    """The mean confidence of the newest runs, from 0 to 1. Null if there are none."""
    unsure: int
    """The number of calls with a field that the engine was unsure of."""
    overruled: int
    """The number of calls in which a person decided otherwise than the newest run."""

    @classmethod
    def of_cohort(cls, week: str, cohort: CallCohort) -> Self:
        return cls(
            starts_on=date.fromisoformat(week),
            judged=cohort.judged,
            by_intent={Intent(intent): count for intent, count in cohort.by_intent.items()},
            mean_confidence=round(cohort.confidence / cohort.judged, 3) if cohort.judged else None,
            unsure=cohort.unsure,
            overruled=cohort.overruled,
        )


class CallStatsView(Wire):
    """Statistics of the inbound calls created in a window, with their current classification."""

    window: Window
    """The window as requested."""
    since: Instant
    """The start of the window: a full hour for `24h` and `7d`, midnight UTC for `30d` and `90d`."""
    until: Instant
    """The end of the window: the time of the request."""
    total: int
    """The number of inbound calls created in the window, including those erased since."""
    classified: int
    """The number of calls with a classification."""
    by_intent: dict[Intent, int]
    """The number of calls by intent, with corrections. Every intent is included."""
    by_urgency: dict[Urgency, int]
    """The number of calls by urgency, with corrections. Every urgency is included."""
    qualified: QualifiedCountsView
    """The number of calls by qualification, with corrections."""
    junk: int
    """The number of calls filtered out: `sales_pitch`, `spam` and `wrong_number`."""
    needs_review: int
    """The number of calls that wait for a person: `GET /calls?status=needs_review`."""
    corrected: int
    """The number of calls that a person corrected or confirmed."""
    to_classify: DurationsView
    """The time from the report of the call's end to its first classification."""
    to_dispatch: DurationsView
    """The time from the report of the call's end to its first dispatch decision."""
    weeks: list[CallWeekView]
    """The weeks, newest first."""

    @classmethod
    def of_buckets(
        cls, window: Window, since: datetime, until: datetime, buckets: Sequence[Mapping[str, Json]]
    ) -> Self:
        cohort = call_cohort_of(buckets)
        by_week = groupby(sorted(buckets, key=week_of, reverse=True), key=week_of)
        return cls(
            window=window,
            since=since,
            until=until,
            total=cohort.total,
            classified=cohort.classified,
            by_intent={intent: cohort.by_intent.get(intent, 0) for intent in Intent},
            by_urgency={urgency: cohort.by_urgency.get(urgency, 0) for urgency in Urgency},
            qualified=QualifiedCountsView.model_validate(
                {name: cohort.by_qualified.get(name, 0) for name in QualifiedCountsView.model_fields}
            ),
            junk=cohort.junk,
            needs_review=cohort.needs_review,
            corrected=cohort.corrected,
            to_classify=DurationsView.of(cohort.to_classify),
            to_dispatch=DurationsView.of(cohort.to_dispatch),
            weeks=[CallWeekView.of_cohort(week, call_cohort_of(of_week)) for week, of_week in by_week],
        )


def _seconds(counts: Mapping[int, int], q: float) -> float | None:
    seconds = sketch.quantile(counts, q)
    return None if seconds is None else round(seconds, 3)
