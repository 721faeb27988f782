"""The days that an English text names, in full or relative to the day on which it arrived.

dateparser reads "we" as Wednesday and misses quarters, seasons and parts of a month; the others give no better result.
A day without a year is the next one after the arrival. A month, quarter or season is its first day. Meteorological
seasons apply: spring begins on March 1.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAX_CHARACTERS = 5_000
"""Further characters are not read."""
_MAX_AMOUNT = 400
"""Maximum number of days, weeks or months: "in 90,000 days" is no date."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
_AMOUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "thirtieth": 30,
}  # fmt: skip

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
# Months whose names are no other word: "may" and "march" need a preposition.
_PLAIN_MONTH = (
    r"(?:january|february|april|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug"
    r"|sept?|oct|nov|dec)\b\.?"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(_ORDINALS)})"
_ORDINAL_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_ORDINALS)})"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_AMOUNT = rf"(?:\d{{1,3}}|{'|'.join(_AMOUNTS)})"
_UNIT = r"(?:business day|working day|day|week|wk|month|fortnight|quarter|year)s?"
_BEFORE_MONTH = (
    r"(?:in|until|untill|till|til|by|before|after|past|through|thru|of|early|mid|late|this|next|around"
    r"|come|to|from|maybe)"
)


class _Context(NamedTuple):
    """The day of arrival, and the day that the text named last."""

    arrived: date
    last: date | None


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day, and the slice of the text that names it. If it stands for a month, `until` is its last day."""

    day: date
    start: int
    end: int
    until: date | None = None


def mentions(text: str, arrived: date) -> list[DateMention]:
    """The days in the text, in its order, resolved against the day of its arrival."""
    text = (
        text[:MAX_CHARACTERS].lower().replace("\u2019", "'").replace("\u2013", "-").replace("\u2014", " - ")
    )
    found: list[DateMention] = []
    for match, read in _matches(text):
        try:
            days = read(match, _Context(arrived, found[-1].day if found else None))
        except (ValueError, OverflowError):  # such as February 30, or a year after 9999
            continue
        if days:
            found.append(DateMention(days[0], match.start(), match.end(), days[1]))
    return found


type _Days = tuple[date, date | None] | None
type _Read = Callable[[re.Match[str], _Context], _Days]


def _matches(text: str) -> Iterator[tuple[re.Match[str], _Read]]:
    """The matches from left to right without overlaps; of those that begin together the longest."""
    found = [
        (match, read)
        for pattern, read in _GRAMMAR
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    found.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    end = 0
    for match, read in found:
        if match.start() >= end:
            yield match, read
            end = match.end()


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _day(name: str) -> int:
    return _ORDINALS.get(name) or int(re.sub(r"\D", "", name))


def _amount(name: str) -> int:
    amount = _AMOUNTS.get(name) or int(name)
    if amount > _MAX_AMOUNT:
        raise ValueError(name)
    return amount


def _coming(arrived: date, month: int, day: int, year: str | None = None) -> date:
    """The date in the given year, or else the next one, which may be today."""
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = date(arrived.year, month, day)
    return found if found >= arrived else date(arrived.year + 1, month, day)


def _weekday(name: str) -> int:
    return _WEEKDAYS.index(name[:3])


def _next_weekday(after: date, weekday: int) -> date:
    """The next such day, not the same one."""
    return after + timedelta((weekday - after.weekday() - 1) % 7 + 1)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _iso(match: re.Match[str], _: _Context) -> _Days:
    return date(int(match["y"]), int(match["m"]), int(match["d"])), None


def _numbers(match: re.Match[str], context: _Context) -> _Days:
    """12/7, 12/7/26: the month first, as in the United States, unless it cannot be one. 24/7 is no date."""
    if match["m"] == "24" and match["d"] == "7":
        return None
    first, second = int(match["m"]), int(match["d"])
    if first > 12:
        first, second = second, first
    return _coming(context.arrived, first, second, match["y"]), None


def _named(match: re.Match[str], context: _Context) -> _Days:
    """December 7, Dec 7th 2026, 7 December, the 7th of December."""
    return _coming(context.arrived, _month(match["month"]), _day(match["day"]), match["year"]), None


def _day_of_month(match: re.Match[str], context: _Context) -> _Days:
    """The 15th: of the month that the text named last, or else the next one after the arrival."""
    day = _day(match["day"])
    start = context.last or context.arrived
    found = start.replace(day=day) if day <= monthrange(start.year, start.month)[1] else None
    if found is None or found < context.arrived:
        found = _months_later(start.replace(day=1), 1).replace(day=day)
    weekday = match["weekday"]
    if weekday and found.weekday() != _weekday(weekday):
        coming = context.arrived.replace(day=1)
        months = (_months_later(coming, count) for count in range(14))
        fitting = (
            month.replace(day=day) for month in months if day <= monthrange(month.year, month.month)[1]
        )
        found = next(
            (day for day in fitting if day >= context.arrived and day.weekday() == _weekday(weekday)), found
        )
    return found, None


def _on_weekday(match: re.Match[str], context: _Context) -> _Days:
    weekday, which = _weekday(match["weekday"]), (match["which"] or "").split()
    arrived = context.arrived
    if "after" in which or (which == ["the"] and context.last):
        return _next_weekday(context.last or arrived, weekday), None
    if "from" in which or "week" in which:
        return _next_weekday(arrived, weekday) + timedelta(7), None
    if "next" in which:
        monday = arrived + timedelta(7 - arrived.weekday())
        return monday + timedelta(weekday), None
    # "Through Wednesday, so I'm back Thursday" counts from the day before it.
    start = context.last if context.last and context.last > arrived and not which else arrived
    found = _next_weekday(start, weekday)
    return found, None


def _nth_weekday(match: re.Match[str], context: _Context) -> _Days:
    """The first Monday in January, the last Friday of March."""
    month, weekday = _month(match["month"]), _weekday(match["weekday"])
    for year in (context.arrived.year, context.arrived.year + 1):
        if match["nth"] == "last":
            last = _last_of(year, month)
            found = last - timedelta((last.weekday() - weekday) % 7)
        else:
            first = date(year, month, 1)
            found = first + timedelta((weekday - first.weekday()) % 7 + 7 * (_day(match["nth"]) - 1))
        if found >= context.arrived:
            return found, None
    return None


def _week_of_month(match: re.Match[str], context: _Context) -> _Days:
    """The first week of January: its first seven days."""
    first = _coming(context.arrived, _month(match["month"]), 1)
    if match["nth"] == "last":
        return _last_of(first.year, first.month) - timedelta(6), None
    return first.replace(day=7 * _day(match["nth"]) - 6), None


def _later(match: re.Match[str], context: _Context) -> _Days:
    """Days of phrases such as: in two weeks, 30 days, a month from now, two or three weeks."""
    amount = _amount(match["more"] or match["amount"])
    unit = match["unit"].removesuffix("s")
    start = context.arrived
    if unit in ("month", "quarter", "year"):
        return _months_later(start, amount * {"month": 1, "quarter": 3, "year": 12}[unit]), None
    if unit in ("business day", "working day"):
        for _ in range(amount):
            start += timedelta(3 if start.weekday() == 4 else 2 if start.weekday() == 5 else 1)
        return start, None
    return start + timedelta(amount * {"day": 1, "week": 7, "wk": 7, "fortnight": 14}[unit]), None


def _next_unit(match: re.Match[str], context: _Context) -> _Days:
    """Next week, month, quarter or year: its first day."""
    arrived = context.arrived
    unit = match["unit"]
    if unit == "week":
        return arrived + timedelta(7 - arrived.weekday()), None
    if unit == "month":
        return _months_later(arrived.replace(day=1), 1), None
    if unit == "quarter":
        return _months_later(arrived.replace(day=1), 3 - (arrived.month - 1) % 3), None
    return date(arrived.year + 1, 1, 1), None


def _part_of_month(match: re.Match[str], context: _Context) -> _Days:
    """June, early June, mid-June, late June, the end of June."""
    month, part = _month(match["month"]), match["part"] or ""
    arrived = context.arrived
    year = int(match["year"]) if match["year"] else arrived.year + (month < arrived.month)
    first, last = date(year, month, 1), _last_of(year, month)
    # In June, "in June" is next June, but "the end of June" is this one.
    if not match["year"] and month == arrived.month and not part:
        first, last = date(year + 1, month, 1), _last_of(year + 1, month)
    if "end" in part:
        return last, None
    if "late" in part:
        return first.replace(day=20), None
    if "mid" in part:
        return first.replace(day=15), None
    return first, last


def _end_of(match: re.Match[str], context: _Context) -> _Days:
    """The end of the week, month, quarter or year."""
    arrived, unit = context.arrived, match["unit"]
    if unit == "week":
        return arrived + timedelta((4 - arrived.weekday()) % 7), None
    if unit == "month":
        return _last_of(arrived.year, arrived.month), None
    if unit == "quarter":
        return _last_of(arrived.year, (arrived.month - 1) // 3 * 3 + 3), None
    return date(arrived.year, 12, 31), None


def _quarter(match: re.Match[str], context: _Context) -> _Days:
    number = match["number"] or str(_ORDINALS[match["name"]])
    month = int(number) * 3 - 2
    if match["part"]:
        end = _coming(context.arrived, month + 2, 1, match["year"])
        return _last_of(end.year, end.month), None
    return _coming(context.arrived, month, 1, match["year"]), None


def _season(match: re.Match[str], context: _Context) -> _Days:
    return _coming(context.arrived, _SEASONS[match["season"]], 1), None


def _new_year(_: re.Match[str], context: _Context) -> _Days:
    return date(context.arrived.year + 1, 1, 1), None


def _tomorrow(match: re.Match[str], context: _Context) -> _Days:
    return context.arrived + timedelta(2 if match["after"] else 1), None


def _day_after(_: re.Match[str], context: _Context) -> _Days:
    """The day after, which follows the day that the text named last."""
    return (context.last + timedelta(1), None) if context.last else None


def _holiday(match: re.Match[str], context: _Context) -> _Days:
    name = re.sub(r"[^a-z]", "", match["holiday"])
    rule = next(rule for key, rule in _HOLIDAYS.items() if name.startswith(key))
    found = rule(context.arrived.year)
    return (found if found >= context.arrived else rule(context.arrived.year + 1)), None


def _nth(month: int, weekday: int, nth: int) -> Callable[[int], date]:
    def of(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return of


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _memorial_day(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(last.weekday())


def _easter(year: int) -> date:
    """The date of Easter, by the anonymous Gregorian algorithm."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


_HOLIDAYS: dict[str, Callable[[int], date]] = {
    "easter": _easter,
    "memorialday": _memorial_day,
    "laborday": _nth(9, 0, 1),
    "thanksgiving": _nth(11, 3, 4),
    "christmas": _fixed(12, 25),
    "stpatrick": _fixed(3, 17),
    "independenceday": _fixed(7, 4),
    "thefourth": _fixed(7, 4),
    "fourthofjuly": _fixed(7, 4),
    "taxday": _fixed(4, 15),
    "valentine": _fixed(2, 14),
    "halloween": _fixed(10, 31),
    "columbusday": _nth(10, 0, 2),
    "presidentsday": _nth(2, 0, 3),
    "mlkday": _nth(1, 0, 3),
}


def _pattern(text: str, not_next_to: str = "/-") -> re.Pattern[str]:
    return re.compile(rf"(?<![\w{not_next_to}]){text}(?![\w/])")


_OF_WEEKDAY = rf"(?:(?:on )?{_WEEKDAY},? )?(?:the )?"

_GRAMMAR: Sequence[tuple[re.Pattern[str], _Read]] = (
    (_pattern(r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)"), _iso),
    (
        _pattern(rf"(?:{_WEEKDAY},? )?(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})(?:/(?P<y>20\d\d|\d\d))?", "/"),
        _numbers,
    ),
    (_pattern(rf"{_OF_WEEKDAY}(?P<month>{_MONTH}) (?:the )?(?P<day>{_DAY}){_YEAR}"), _named),
    (_pattern(rf"{_OF_WEEKDAY}(?P<day>{_DAY}) (?:of )?(?P<month>{_MONTH}){_YEAR}"), _named),
    # "January 19-30": the end of the range.
    (_pattern(rf"(?P<month>{_MONTH}) {_DAY} ?- ?(?P<day>{_DAY}){_YEAR}"), _named),
    (
        _pattern(
            rf"(?:(?P<weekday>{_WEEKDAY}),? )?the (?P<day>{_ORDINAL_DAY})(?= *(?:$|[.,;:!?)\n-]|and|or|if|with|at"
            rf"|to|is|i|we|we're|when))"
        ),
        _day_of_month,
    ),
    (
        _pattern(
            rf"(?P<which>(?:next|this|the|coming|this coming|a week from|week from|a week"
            rf"|the coming) )?(?P<weekday>{_WEEKDAY})(?! the \d)"
        ),
        _on_weekday,
    ),
    (_pattern(rf"(?P<which>the )(?P<weekday>{_WEEKDAY}) after(?: that)?"), _on_weekday),
    (
        _pattern(
            rf"(?:the )?(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th) (?P<weekday>{_WEEKDAY}) (?:in"
            rf"|of) (?P<month>{_MONTH})"
        ),
        _nth_weekday,
    ),
    (
        _pattern(
            rf"(?:the )?(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th) week (?:in|of) (?P<month>{_MONTH})"
        ),
        _week_of_month,
    ),
    (
        _pattern(
            r"(?<!took )(?<!takes )(?<!lasted )(?<!last )(?<!past )"
            rf"(?:(?:in|within|for|give (?:me|us)|about|another|after|a) ){{0,5}}(?P<amount>{_AMOUNT})(?: of)?"
            rf"(?: ?(?:or|to|-) ?(?P<more>{_AMOUNT}))? "
            rf"(?:more |good )?(?P<unit>{_UNIT})(?! (?:ago|late|old|before|earlier|in a row|straight|a year|a week"
            rf"|running))(?: (?:from (?:now|today)|time))?"
        ),
        _later,
    ),
    (_pattern(r"next (?P<unit>week|month|quarter|year)"), _next_unit),
    (
        _pattern(
            rf"(?:{_BEFORE_MONTH} ){{0,5}}(?:the )?(?P<part>end of|early|early in|beginning of|start of|mid-?|mid"
            rf"|middle of|the middle of|late|late in)[ -]?(?P<month>{_MONTH}){_YEAR}"
        ),
        _part_of_month,
    ),
    (
        _pattern(rf"{_BEFORE_MONTH} (?P<part>)(?P<month>{_MONTH})(?! (?:the )?{_DAY}\b){_YEAR}"),
        _part_of_month,
    ),
    (_pattern(rf"(?P<part>)(?P<month>{_PLAIN_MONTH}){_YEAR}"), _part_of_month),
    (_pattern(r"(?:the )?end of (?:the|this) (?P<unit>week|month|quarter|year)"), _end_of),
    (
        _pattern(r"(?P<part>(?:the )?end of )?q(?P<number>[1-4])(?P<name>)(?:,? (?:of )?(?P<year>20\d\d))?"),
        _quarter,
    ),
    (
        _pattern(
            r"(?P<part>(?:the )?end of (?:the )?)?(?P<number>)(?P<name>first|second|third|fourth) quarter(?:,? "
            r"(?:of )?(?P<year>20\d\d))?"
        ),
        _quarter,
    ),
    (
        _pattern(
            r"(?:in|until|till|til|by|before|after|this|next|come|for|maybe)(?: the| next| this| late"
            r"| early)? (?P<season>spring|summer|fall|autumn|winter)(?! break| clean| ice)"
        ),
        _season,
    ),
    (
        _pattern(
            r"(?:(?:the )?(?:new year|first of the year|beginning of the year|start of the year"
            r"|turn of the year)(?:'?s)?(?: day)?|after the holidays|in the new year)"
        ),
        _new_year,
    ),
    (_pattern(r"(?P<after>(?:the )?day after )?(?:tomorrow|tmrw|tomorow)"), _tomorrow),
    (_pattern(r"the day after(?: that)?"), _day_after),
    (
        _pattern(
            r"(?P<holiday>easter|memorial day|labor day|thanksgiving|christmas|st\.? patrick'?s(?: day)?"
            r"|independence day|the fourth(?: of july)?"
            r"|fourth of july|tax day|valentine'?s(?: day)?|halloween|columbus day|presidents'? day|mlk day)"
        ),
        _holiday,
    ),
)

_RETURN = re.compile(
    r"\b(?:back|return(?:ing|s)?|in again|until|untill|till|til|expect me|answer(?:ing)?|resume|resuming"
    r"|reachable|available"
    r"|re-?open(?:s|ing)?|in the office|at my desk|through|thru)\b"
)
_RETURN_NOW = re.compile(
    r"\b(?:back|return(?:ing|s)?|in again|expect me|answering|resum\w+|re-?open(?:s|ing)?)\b"
)
_INCLUSIVE = re.compile(r"\b(?:through|thru|including)(?: (?:and including|on))? $")
_PAST = re.compile(r"(?:through|thru|past|after) ")
_JOINT = re.compile(r" ?(?:-|to|through|thru) ?")
_RANGE = re.compile(r"[a-z]\.? \d{1,2} ?- ?\d")
_SENTENCE_END = re.compile(r"[.!?\n](?=\s|$)")


def return_date(text: str, arrived: date) -> date | None:
    """The day on which an absent writer is back, or None if the text does not tell. The day after "through Friday" is
    the next working day."""
    lower = text[:MAX_CHARACTERS].lower()
    found = [mention for mention in mentions(text, arrived) if mention.day >= arrived]
    cued = [(mention, _sentence_before(lower, mention)) for mention in found]
    for cue in (_RETURN_NOW, _RETURN):
        chosen = [(mention, before) for mention, before in cued if cue.search(before)]
        if chosen:
            mention, before = chosen[-1] if cue is _RETURN else chosen[0]
            return _after_absence(mention, before)
    return _end_of_range(found, lower)


def _end_of_range(found: Sequence[DateMention], lower: str) -> date | None:
    """The day after "12/20 - 1/3" or "January 19-30", and the end of "December 20 to January 4"."""
    for position, mention in enumerate(found):
        between = lower[found[position - 1].end : mention.start] if position else ""
        joint = _JOINT.fullmatch(between)
        if joint or _RANGE.search(lower[mention.start : mention.end]):
            return _after_absence(mention, "" if joint and "to" in between else "through ")
    return None


def _after_absence(mention: DateMention, before: str) -> date:
    if not _INCLUSIVE.search(before):
        return mention.day
    following = (mention.until or mention.day) + timedelta(1)
    return following + timedelta((7 - following.weekday()) % 7 if following.weekday() > 4 else 0)


def resume_after(text: str, arrived: date) -> date | None:
    """The day after which the writer wants to be asked again, or None if the text does not tell: the day named last."""
    lower = text[:MAX_CHARACTERS].lower()
    found = [mention for mention in mentions(text, arrived) if mention.day > arrived]
    if not found:
        return None
    mention = found[-1]
    # A month is mentioned with the word before it: "after January" is after its end.
    if mention.until and _PAST.match(lower[mention.start : mention.end]):
        return mention.until + timedelta(1)
    return mention.day


def _sentence_before(lower: str, mention: DateMention) -> str:
    """The part of the sentence before the day, and the words of the mention before its name, such as "through"."""
    start = 0
    for match in _SENTENCE_END.finditer(lower, 0, mention.start):
        start = match.end()
    return lower[start : mention.start]
