"""The on-call rota as a week: who is on call when, and when nobody is there, by the organization's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING

from eal_dashboard.hours import DAYS
from eal_dashboard.texts import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from eal_dashboard.operations import Json

    type Spans = Sequence[tuple[int, int]]
    """Minutes of a day, from the first inclusive to the second exclusive."""

DAY = 24 * 60
TONES = 6
"""Colours in the style sheet. The names beside them tell people apart."""


@dataclass(frozen=True)
class Shift:
    """A part of a day in which the same people are on call. `people` are places in the rota, in its order."""

    start: int
    end: int
    people: tuple[int, ...]
    is_open: bool
    """Whether nobody is on call, and nobody must be: the organization is open."""
    utc: str

    @property
    def state(self) -> tuple[tuple[int, ...], bool]:
        return self.people, self.is_open

    @property
    def is_gap(self) -> bool:
        return not self.people and not self.is_open

    @property
    def clock(self) -> str:
        return f"{_clock(self.start)}\N{EN DASH}{_clock(self.end)}"


@dataclass(frozen=True)
class ShiftBar:
    """A shift of one person as it is drawn, in percent of the day. Level 0 is called first."""

    level: int
    left: float
    width: float
    name: str
    kind: str
    title: str


@dataclass(frozen=True)
class Day:
    date: date
    shifts: Sequence[Shift]
    bars: Sequence[ShiftBar]
    now: float | None
    """Part of today that has passed, in percent; None on other days."""

    @property
    def levels(self) -> int:
        return 1 + max((bar.level for bar in self.bars), default=0)


@dataclass(frozen=True)
class OnCall:
    """`until` is None if the same people are on call all week. `after` are those who follow."""

    people: Sequence[Json]
    is_open: bool
    until: str | None
    after: Sequence[Json]
    is_open_after: bool


def week(settings: Json, now: datetime) -> list[Day]:
    """The days from Monday to Sunday in which `now` is."""
    local = now.astimezone(zone_of(settings["timezone"]))
    monday = local.date() - timedelta(days=local.weekday())
    return [_day(settings, monday + timedelta(days=number), local) for number in range(7)]


def on_call_now(settings: Json, now: datetime) -> OnCall:
    """The people on call now, until when, and those who follow."""
    zone = zone_of(settings["timezone"])
    local = now.astimezone(zone).replace(tzinfo=None)
    # A week later, the same time of the same shift.
    days = [local.date() + timedelta(days=number) for number in range(8)]
    shifts = [(day, shift) for day in days for shift in _shifts(settings, day)]
    coming = [(day, shift) for day, shift in shifts if _moment(day, shift.end) > local]
    _, current = coming[0]
    change = next(((day, shift) for day, shift in coming if shift.state != current.state), None)
    rota = settings["on_call"]
    if change is None:
        return OnCall([rota[index] for index in current.people], current.is_open, None, (), current.is_open)
    day, after = change
    until = _moment(day, after.start).replace(tzinfo=zone).astimezone(UTC)
    return OnCall(
        [rota[index] for index in current.people],
        current.is_open,
        until.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        [rota[index] for index in after.people],
        after.is_open,
    )


def gap_minutes(days: Sequence[Day]) -> int:
    return sum(shift.end - shift.start for day in days for shift in day.shifts if shift.is_gap)


def _day(settings: Json, day: date, local: datetime) -> Day:
    shifts = _shifts(settings, day)
    names = [person["name"] for person in settings["on_call"]]
    bars = [*_bars(names, shifts, day, zone_of(settings["timezone"]))]
    passed = 100 * (local.hour * 60 + local.minute) / DAY if local.date() == day else None
    return Day(day, shifts, bars, passed)


def _shifts(settings: Json, day: date) -> list[Shift]:
    people = [
        _covered({name: [(person["from"], person["to"])] for name in person["days"]}, day)
        for person in settings["on_call"]
    ]
    opened = _covered(settings["business_hours"], day)
    zone = zone_of(settings["timezone"])

    def state(start: int) -> tuple[tuple[int, ...], bool]:
        there = tuple(place for place, spans in enumerate(people) if _has(spans, start))
        return there, not there and _has(opened, start)

    edges = sorted({0, DAY, *chain.from_iterable(chain.from_iterable((*people, opened)))})
    found = []
    for (there, is_open), same in groupby(pairwise(edges), key=lambda part: state(part[0])):
        start, end = _joined(same)
        found.append(Shift(start, end, there, is_open, _utc(day, start, end, zone)))
    return found


def _covered(hours: Mapping[str, Sequence[Sequence[str]]], day: date) -> Spans:
    """The spans of a day, with those that began on the day before."""
    return [*_spans(hours, day, 0), *_spans(hours, day, 1)]


def _spans(
    hours: Mapping[str, Sequence[Sequence[str]]], day: date, days_ago: int
) -> Iterator[tuple[int, int]]:
    name = [*DAYS][(day.weekday() - days_ago) % 7]
    for opening, closing in hours.get(name, ()):
        start, end = _minutes(opening), _minutes(closing)
        end = end if end > start else end + DAY
        start, end = start - days_ago * DAY, end - days_ago * DAY
        if start < DAY and end > 0:
            yield max(start, 0), min(end, DAY)


def _has(spans: Spans, minute: int) -> bool:
    return any(start <= minute < end for start, end in spans)


def _bars(names: Sequence[str], shifts: Sequence[Shift], day: date, zone: ZoneInfo) -> Iterator[ShiftBar]:
    def shown(shift: Shift, level: int) -> tuple[str, str] | None:
        if level < len(shift.people):
            place = shift.people[level]
            return names[place], f"tone-{place % TONES + 1}"
        if level:
            return None
        return ("Nobody", "gap") if shift.is_gap else ("Open", "open")

    for level in range(max(1, *(len(shift.people) for shift in shifts))):
        for what, same in groupby(shifts, key=partial(shown, level=level)):
            start, end = _joined((shift.start, shift.end) for shift in same)
            if what is not None:
                name, kind = what
                title = f"{name}, {_clock(start)}\N{EN DASH}{_clock(end)}: {_utc(day, start, end, zone)}"
                yield ShiftBar(level, 100 * start / DAY, 100 * (end - start) / DAY, name, kind, title)


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Spans that follow each other as one."""
    (start, end), *others = spans
    return start, others[-1][1] if others else end


def _utc(day: date, start: int, end: int, zone: ZoneInfo) -> str:
    first, last = (_moment(day, minute).replace(tzinfo=zone).astimezone(UTC) for minute in (start, end))
    return f"{first:%a %H:%M} to {last:%a %H:%M} UTC"


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
