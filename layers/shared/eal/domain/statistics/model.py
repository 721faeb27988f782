"""Contributions of leads and calls to the counters, and what is read from the counters.

A contribution is a pure function of the current state of a resource. The counters are the sum of all contributions; a
change of a contribution adds the difference. So the result does not depend on which events were received, in which
order or how often, as long as the last state is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from eal.ai.classification import Intent
from eal.domain.statistics import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eal.core.json import Json
    from eal.domain.calls.model import Call
    from eal.domain.leads.model import Lead

type Unit = Literal["hour", "day"]
type Window = Literal["24h", "7d", "30d", "90d"]
type RunMetric = Literal["calls_judged", "calls_confidence", "calls_unsure", "calls_overruled"]
type Amounts = dict[str, int]
type Contribution = dict[Counter, Amounts]

LEAD_STATS = "LEAD_STATS"
CALL_STATS = "CALL_STATS"
TALLY = "TALLY"


class Counter(NamedTuple):
    """An item of counters, by the last parts of its key: the tally, or a bucket for a time, which for leads is also one
    for a source.
    """

    kind: str
    sk: str


NOW = Counter(TALLY, "now")
"""The tally: the tenant's current number of leads and calls by state."""

_FORMATS: dict[Unit, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d"}
_RETENTION: dict[Unit, timedelta] = {"hour": timedelta(days=9), "day": timedelta(days=100)}
"""Longer than the longest window of each unit."""
_WINDOWS: dict[Window, tuple[Unit, timedelta]] = {
    "24h": ("hour", timedelta(hours=24)),
    "7d": ("hour", timedelta(days=7)),
    "30d": ("day", timedelta(days=30)),
    "90d": ("day", timedelta(days=90)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The current number of leads by status, and of calls by intent and qualification. Zeros are left out."""

    lead_status: dict[str, int]
    call_intent: dict[str, int]
    call_qualified: dict[str, int]


JUNK = (Intent.SALES_PITCH, Intent.SPAM, Intent.WRONG_NUMBER)
"""Intents of calls that can never become work."""
CONFIDENCE_UNIT = 1000
"""Counters are whole numbers, so confidences are added up in thousandths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Counts of the leads of a window, of all sources or of one. `first_contact` is a sketch."""

    total: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)
    first_contact: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCohort:
    """Counts of the inbound calls of a window. `to_classify` and `to_dispatch` are sketches.

    `judged` are the calls with a run of an engine, `confidence` the sum of the newest runs' confidences, `overruled`
    the calls in which a person's decision differs from the newest run's.
    """

    total: int = 0
    by_intent: dict[str, int] = field(default_factory=dict)
    by_urgency: dict[str, int] = field(default_factory=dict)
    by_qualified: dict[str, int] = field(default_factory=dict)
    needs_review: int = 0
    judged: int = 0
    confidence: float = 0.0
    unsure: int = 0
    corrected: int = 0
    overruled: int = 0
    to_classify: dict[int, int] = field(default_factory=dict)
    to_dispatch: dict[int, int] = field(default_factory=dict)

    @property
    def classified(self) -> int:
        return sum(self.by_intent.values())

    @property
    def junk(self) -> int:
        return sum(self.by_intent.get(intent, 0) for intent in JUNK)


def of_lead(lead: Lead) -> Contribution:
    """A lead counts in the tally, and in the hour and the day of its creation, for each status that it ever reached."""
    amounts = {
        "created": 1,
        f"status#{lead.status}": 1,
        **{f"reached#{status}": 1 for status in lead.reached},
    }
    if lead.contacted_at:
        amounts[f"first_contact#{sketch.bucket_of(lead.contacted_at - lead.created_at)}"] = 1
    buckets = {
        Counter(f"{LEAD_STATS}#{unit}", f"{lead.created_at.strftime(shape)}#{lead.source}"): amounts
        for unit, shape in _FORMATS.items()
    }
    return {NOW: {f"lead_status#{lead.status}": 1}, **buckets}


def of_call(call: Call) -> Contribution:
    """A call counts in the tally once it is classified. An inbound one also counts in the hour and the day of its
    creation.
    """
    contribution: Contribution = {}
    if call.classification:
        contribution[NOW] = {
            f"call_intent#{call.classification.intent.value}": 1,
            f"call_qualified#{_QUALIFIED[call.classification.qualified]}": 1,
        }
    if call.direction == "inbound":
        amounts = _amounts_of_call(call)
        for unit, shape in _FORMATS.items():
            contribution[Counter(f"{CALL_STATS}#{unit}", call.created_at.strftime(shape))] = amounts
    return contribution


_QUALIFIED = {True: "true", False: "false", None: "undetermined"}


def _amounts_of_call(call: Call) -> Amounts:
    amounts = {"created": 1}
    if call.status == "needs_review":
        amounts["review#waiting"] = 1
    if call.correction:
        amounts["correction#any"] = 1
    if call.received_at and call.first_dispatched_at:
        amounts[f"to_dispatch#{sketch.bucket_of(call.first_dispatched_at - call.received_at)}"] = 1
    if call.classification is None:
        return amounts
    counts = call.classification
    amounts |= {
        f"intent#{counts.intent.value}": 1,
        f"urgency#{counts.urgency.value}": 1,
        f"qualified#{_QUALIFIED[counts.qualified]}": 1,
    }
    if newest := call.newest_run:
        amounts |= {"run#judged": 1, "run#confidence": round(newest.confidence * CONFIDENCE_UNIT)}
        if newest.unsure:
            amounts["run#unsure"] = 1
        if call.is_overruled:
            amounts["correction#overruled"] = 1
    if call.received_at and call.first_classified_at:
        amounts[f"to_classify#{sketch.bucket_of(call.first_classified_at - call.received_at)}"] = 1
    if call.received_at and call.first_dispatched_at:
        amounts[f"to_dispatch#{sketch.bucket_of(call.first_dispatched_at - call.received_at)}"] = 1
    return amounts


def of_erased(counted: Contribution) -> Contribution:
    """An erased resource leaves the tally. It stays in the statistics by time, which contain no personal data."""
    return {counter: amounts for counter, amounts in counted.items() if counter.kind != TALLY}


def difference(before: Contribution, after: Contribution) -> Contribution:
    """The amounts to add to the counters, without zeros."""
    amounts_to_add: Contribution = {}
    for counter in sorted({*before, *after}):
        old, new = before.get(counter, {}), after.get(counter, {})
        changed = {name: new.get(name, 0) - old.get(name, 0) for name in sorted({*old, *new})}
        if amounts := {name: amount for name, amount in changed.items() if amount}:
            amounts_to_add[counter] = amounts
    return amounts_to_add


def total_of(contributions: Iterable[Contribution]) -> Contribution:
    """The sum of contributions, or of differences, without zeros."""
    total: Contribution = {}
    for contribution in contributions:
        for counter, amounts in contribution.items():
            sums = total.setdefault(counter, {})
            for name, amount in amounts.items():
                sums[name] = sums.get(name, 0) + amount
    return difference({}, total)


def expires_at(counter: Counter) -> datetime | None:
    """The time at which a counter item expires; None for the tally, which does not."""
    if counter.kind == TALLY:
        return None
    unit = cast("Unit", counter.kind.partition("#")[2])
    return datetime.fromisoformat(counter.sk.partition("#")[0]).replace(tzinfo=UTC) + _RETENTION[unit]


def start_of(window: Window, until: datetime) -> tuple[Unit, datetime]:
    """The unit of a window's buckets, and the start of the first one, which contains the start of the window."""
    unit, span = _WINDOWS[window]
    start = (until - span).replace(minute=0, second=0, microsecond=0)
    return unit, start if unit == "hour" else start.replace(hour=0)


def bucket_name(unit: Unit, start: datetime) -> str:
    """The name of the bucket that starts at `start`. Names sort by time."""
    return start.strftime(_FORMATS[unit])


def tally_of(item: Mapping[str, Json] | None) -> Tally:
    """The tally in its item, which is None before the first count."""
    counts = _counts(item or {})
    return Tally(
        lead_status=_named(counts, "lead_status"),
        call_intent=_named(counts, "call_intent"),
        call_qualified=_named(counts, "call_qualified"),
    )


def source_in(item: Mapping[str, Json]) -> str:
    """The source of the leads of a bucket."""
    return cast("str", item["sk"]).partition("#")[2]


def cohort_of(items: Iterable[Mapping[str, Json]]) -> Cohort:
    """The sum of buckets."""
    total = _sum(items)
    return Cohort(
        total=total.get("created", 0),
        reached=_named(total, "reached"),
        by_status=_named(total, "status"),
        first_contact=_sketch(total, "first_contact"),
    )


def call_cohort_of(items: Iterable[Mapping[str, Json]]) -> CallCohort:
    """The sum of buckets."""
    total = _sum(items)
    reviews, runs, corrections = (_named(total, name) for name in ("review", "run", "correction"))
    return CallCohort(
        total=total.get("created", 0),
        by_intent=_named(total, "intent"),
        by_urgency=_named(total, "urgency"),
        by_qualified=_named(total, "qualified"),
        needs_review=reviews.get("waiting", 0),
        judged=runs.get("judged", 0),
        confidence=runs.get("confidence", 0) / CONFIDENCE_UNIT,
        unsure=runs.get("unsure", 0),
        corrected=corrections.get("any", 0),
        overruled=corrections.get("overruled", 0),
        to_classify=_sketch(total, "to_classify"),
        to_dispatch=_sketch(total, "to_dispatch"),
    )


def runs_in(added: Contribution) -> dict[RunMetric, int]:
    """The added counts of engines' runs, by metric. Each call is in one bucket of a day."""
    names: dict[str, RunMetric] = {
        "run#judged": "calls_judged",
        "run#confidence": "calls_confidence",
        "run#unsure": "calls_unsure",
        "correction#overruled": "calls_overruled",
    }
    amounts = total_of(
        {NOW: by_name} for counter, by_name in added.items() if counter.kind == f"{CALL_STATS}#day"
    )
    return {names[name]: amount for name, amount in amounts.get(NOW, {}).items() if name in names}


def week_of(item: Mapping[str, Json]) -> str:
    """The Monday of a bucket's week, such as `2026-04-20`."""
    day = datetime.fromisoformat(cast("str", item["sk"]).partition("#")[0]).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _sum(items: Iterable[Mapping[str, Json]]) -> Amounts:
    total: Amounts = {}
    for item in items:
        for name, count in _counts(item).items():
            total[name] = total.get(name, 0) + count
    return total


def _sketch(counts: Amounts, name: str) -> dict[int, int]:
    return {int(bucket): count for bucket, count in _named(counts, name).items()}


def _counts(item: Mapping[str, Json]) -> Amounts:
    """The counters of an item that are above zero."""
    return {
        name: value
        for name, value in item.items()
        if (name == "created" or "#" in name) and isinstance(value, int) and value > 0
    }


def _named(counts: Amounts, name: str) -> Amounts:
    return {
        counter.partition("#")[2]: count
        for counter, count in counts.items()
        if counter.startswith(f"{name}#")
    }
