"""Business hours and on-call rota: weekly spans in the organization's local time, across changes of the UTC offset.

A span's opening is inclusive and its closing exclusive. A closing at or before the opening is on the next day; "24:00"
is the end of the day. If clocks go back, a wall time that occurs twice is open both times. If they go forward, the
skipped wall times do not occur, and neither does a span within them. Everything here is pure: time is an argument.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, tzinfo

DEFAULT_TIMEZONE = "America/New_York"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

type BusinessHours = Mapping[str, Sequence[Sequence[str]]]
"""Spans by day, as in `{"mon": [["08:00", "17:00"]]}`. A day without an entry is closed."""

OnCall = TypedDict(
    "OnCall",
    {"name": str, "phone": str, "email": NotRequired[str], "days": list[str], "from": str, "to": str},
)
"""A person on call on these days; `from` and `to` are a span."""

_DAY = 24 * 60
_WEEK = 7 * _DAY
_STEP = timedelta(days=1)
_HORIZON = timedelta(days=15)
"""Two weeks: the clocks may skip the week's only opening, and the next one is then a week later."""


class _Span(NamedTuple):
    """Minutes from the start of its day; the end may be in the next one."""

    start: int
    end: int


def is_open(business_hours: BusinessHours, zone: str, at: datetime) -> bool:
    """Whether the organization is open at `at`. Without hours, it never is."""
    return _covers(business_hours, _wall(_zone(zone), at))


def next_opening(business_hours: BusinessHours, zone: str, at: datetime) -> datetime | None:
    """The first moment at or after `at`, in UTC, at which the organization is open. None if it never opens."""
    tz = _zone(zone)
    end = at + _HORIZON
    # While the offset is constant, the organization can only open at an opening; otherwise, when the offset changes.
    moments = {at, *_offset_changes(tz, at, end), *_edges(business_hours, tz, at, end)}
    for moment in sorted(moments):
        if moment >= at and _covers(business_hours, _wall(tz, moment)):
            return moment.astimezone(UTC)
    return None


def next_closing(business_hours: BusinessHours, zone: str, at: datetime) -> datetime | None:
    """The first moment at or after `at`, in UTC, at which the organization is not open. None if it never closes."""
    tz = _zone(zone)
    end = at + _HORIZON
    moments = {at, *_offset_changes(tz, at, end), *_edges(business_hours, tz, at, end)}
    for moment in sorted(moments):
        if moment >= at and not _covers(business_hours, _wall(tz, moment)):
            return moment.astimezone(UTC)
    return None


def on_call_at(on_call: Sequence[OnCall], zone: str, at: datetime) -> list[OnCall]:
    """The people on call at `at`, in the order of the rota."""
    wall = _wall(_zone(zone), at)
    return [
        person
        for person in on_call
        if _covers({day: [(person["from"], person["to"])] for day in person["days"]}, wall)
    ]


def overlap(business_hours: BusinessHours) -> str | None:
    """A description of two overlapping spans that begins with the day, or None. Sunday night runs into Monday."""
    spans = sorted(
        (number * _DAY + span.start, number * _DAY + span.end, f"{day} {opening} to {closing}")
        for number, day in enumerate(DAYS)
        for opening, closing in business_hours.get(day, ())
        for span in [_span(opening, closing)]
    )
    # No span is longer than a day, so a span that overlaps another one overlaps its neighbour.
    following = [*spans[1:], *((start + _WEEK, end + _WEEK, text) for start, end, text in spans[:1])]
    for (_, end, text), (start, _, other) in zip(spans, following, strict=True):
        if end > start:
            return f"{other} overlaps {text}"
    return None


def minutes(text: str) -> int:
    """Minutes since midnight of `HH:MM`."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _span(opening: str, closing: str) -> _Span:
    start, end = minutes(opening), minutes(closing)
    return _Span(start, end if end > start else end + _DAY)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _wall(zone: tzinfo, at: datetime) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _covers(hours: BusinessHours, wall: datetime) -> bool:
    """Whether a span of the wall time's day, or of the day before, covers the wall time."""
    return any(
        start <= wall < end for days_ago in (0, 1) for start, end in _spans_on(hours, wall.date(), days_ago)
    )


def _spans_on(hours: BusinessHours, today: date, days_ago: int) -> Iterator[tuple[datetime, datetime]]:
    day = today - timedelta(days=days_ago)
    midnight = datetime.combine(day, time())
    for opening, closing in hours.get(DAYS[day.weekday()], ()):
        span = _span(opening, closing)
        yield midnight + timedelta(minutes=span.start), midnight + timedelta(minutes=span.end)


def _edges(hours: BusinessHours, zone: tzinfo, at: datetime, end: datetime) -> Iterator[datetime]:
    """The moments at which local time is an opening or a closing. A wall time that occurs twice is two moments."""
    day, last = _wall(zone, at).date() - _STEP, _wall(zone, end).date()
    while day <= last:
        for edge in chain.from_iterable(_spans_on(hours, day, 0)):
            for fold in (0, 1):
                yield edge.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        day += _STEP


def _offset_changes(zone: tzinfo, at: datetime, end: datetime) -> Iterator[datetime]:
    """The moments at which the zone's offset changes, to the second. Changes are more than a day apart."""
    low = at.astimezone(UTC).replace(microsecond=0)
    while low < end:
        high = low + _STEP
        if _offset(zone, low) != _offset(zone, high):
            yield _offset_change(zone, low, high)
        low = high


def _offset_change(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: tzinfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
