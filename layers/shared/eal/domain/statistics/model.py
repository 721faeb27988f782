"""Contributions of leads and calls to the counters, and what is read from the counters.

A contribution is a pure function of the current state of a resource. The counters are the sum of all contributions; a
change of a contribution adds the difference. So the result does not depend on which events were received, in which
order or how often, as long as the last state is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from eal.domain.statistics import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eal.core.json import Json
    from eal.domain.calls.model import Call
    from eal.domain.leads.model import Lead

type Unit = Literal["hour", "day"]
type Window = Literal["24h", "7d", "30d", "90d"]
type Amounts = dict[str, int]
type Contribution = dict[Counter, Amounts]

LEAD_STATS = "LEAD_STATS"
TALLY = "TALLY"


class Counter(NamedTuple):
    """An item of counters, by the last parts of its key: the tally, or a bucket for a time and a source of leads."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Counts of the leads of a window, of all sources or of one. `first_contact` is a sketch."""

    total: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)
    first_contact: dict[int, int] = field(default_factory=dict)


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
    """A call counts in the tally once it is classified."""
    classification = call.classification
    if classification is None:
        return {}
    qualified = {True: "true", False: "false", None: "undetermined"}[classification.qualified]
    return {NOW: {f"call_intent#{classification.intent.value}": 1, f"call_qualified#{qualified}": 1}}


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
    """When a counter item expires; None for the tally, which does not."""
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
    total: Amounts = {}
    for item in items:
        for name, count in _counts(item).items():
            total[name] = total.get(name, 0) + count
    return Cohort(
        total=total.get("created", 0),
        reached=_named(total, "reached"),
        by_status=_named(total, "status"),
        first_contact={int(bucket): count for bucket, count in _named(total, "first_contact").items()},
    )


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
