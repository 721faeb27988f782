"""Lengths and sizes as people write them in notes, in feet: 12'6" x 10', 12.5x10x8, "twelve by ten", 3.6 m x 4.2 m."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.claims.tokens import kind_at, number, text_at, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.tokens import NoteToken

MAX_SIDES = 3

_MARKS = {
    **dict.fromkeys("'\u2032\u2019\u2018\u02b9\u02bc\uff07", "ft"),
    **dict.fromkeys(("ft", "feet", "foot", "fts"), "ft"),
    **dict.fromkeys('"\u2033\u201d\u201c\u201e\u201f\uff02', "in"),
    **dict.fromkeys(("''", "\u2032\u2032", "\u2019\u2019", "\u2018\u2018", "in", "inch", "inches", "ins"), "in"),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres", "mtr", "mtrs"), "m"),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), "mm"),
    **dict.fromkeys(("yd", "yds", "yard", "yards"), "yd"),
}  # fmt: skip
_FEET = {
    "ft": Fraction(1), "in": Fraction(1, 12), "yd": Fraction(3),
    "m": Fraction(10_000, 3_048), "cm": Fraction(100, 3_048), "mm": Fraction(10, 3_048),
}  # fmt: skip
_BY = frozenset({"x", "\u00d7", "\u2715", "by", "*"})
_AFTER_SPOKEN = frozenset(
    {
        "with",
        "and",
        "w",
        ",",
        ".",
        ";",
        "",
        ")",
        "(",
        "the",
        "we",
        "i",
        "ceiling",
        "ceilings",
        "removed",
        "just",
        "so",
        "there",
        "then",
        "in",
        "only",
        "it",
        "they",
        "no",
        "all",
        "is",
        "was",
        "that",
        "this",
        "uh",
        "um",
        "ok",
        "also",
    }
)
"""Words that may follow inches that are spoken without their unit: "nine foot six with"."""
_NOT_LENGTHS = frozenset({
    "hour", "hours", "hr", "hrs", "day", "days", "week", "weeks", "night", "nights", "man", "men", "person", "am", "pm",
    "minute", "minutes", "tech", "techs",
})  # fmt: skip
_BEFORE_AXES = {"l": 0, "length": 0, "w": 1, "width": 1, "h": 2, "height": 2}
_AXES = {
    "long": 0,
    "length": 0,
    "wide": 1,
    "width": 1,
    "deep": 1,
    "depth": 1,
    "high": 2,
    "tall": 2,
    "height": 2,
}


@dataclass(frozen=True, slots=True)
class MeasuredLength:
    """`unit` is None if the text has none; `value` is then the number. `first` and `after` are indexes of tokens."""

    value: Fraction
    unit: str | None
    first: int
    after: int

    def feet(self, default: str = "ft") -> Fraction:
        return self.value * _FEET[self.unit or default]


@dataclass(frozen=True, slots=True)
class Size:
    """Two or three sides in feet: length and width in the order of the text, and the height if it is there."""

    sides: tuple[Fraction, ...]
    first: int
    after: int


def length(sequence: Sequence[NoteToken], at: int) -> MeasuredLength | None:
    """The length that begins at a token: a number with or without a unit, or feet and inches."""
    found = number(sequence, at)
    if found is None:
        return None
    value, after = found
    unit, after_unit = _unit(sequence, after)
    if unit == "ft":
        inches = _inches(sequence, after_unit, dense=kind_at(sequence, after) == "mark")
        if inches is not None:
            return MeasuredLength(value + inches[0] / 12, "ft", at, inches[1])
        spoken = number(sequence, after_unit) if text_at(sequence, after) in ("foot", "feet", "ft") else None
        if spoken and spoken[0] < 12 and text_at(sequence, spoken[1]) in (*_BY, *_AFTER_SPOKEN):
            return MeasuredLength(value + spoken[0] / 12, "ft", at, spoken[1])
        part = number(sequence, after_unit + 1) if text_at(sequence, after_unit) == "and" else None
        if text_at(sequence, after_unit) == "and" and text_at(sequence, after_unit + 1) == "a":
            half = {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}.get(text_at(sequence, after_unit + 2))
            if half is not None and part is None:
                return MeasuredLength(value + half, "ft", at, after_unit + 3)
    if unit is None:
        joined = _joined_inches(sequence, at, after)
        if joined is not None:
            return MeasuredLength(value + joined[0] / 12, "ft", at, joined[1])
    return MeasuredLength(value, unit, at, after_unit)


def _unit(sequence: Sequence[NoteToken], at: int) -> tuple[str | None, int]:
    """The unit at a token, and the index after it and its full stop. "in" is a unit next to its number or before one
    more sign of a measure, otherwise it is the preposition.
    """
    skipped = 1 if text_at(sequence, at) == "-" and text_at(sequence, at + 1) in _MARKS else 0
    written = text_at(sequence, at + skipped)
    unit = _MARKS.get(written)
    if unit is None:
        return None, at
    place = at + skipped
    after = place + 1
    if written == "in" and not _is_inch(sequence, place):
        return None, at
    if (
        kind_at(sequence, place) == "word"
        and text_at(sequence, after) == "."
        and sequence[after].start == sequence[place].end
    ):
        after += (
            1
            if text_at(sequence, after + 1) in _BY or kind_at(sequence, after + 1) in ("number", "word")
            else 0
        )
    return unit, after


def _is_inch(sequence: Sequence[NoteToken], at: int) -> bool:
    following = text_at(sequence, at + 1)
    return (
        sequence[at - 1].end == sequence[at].start
        or following in (*_BY, ".", ",", ")", "", "\n", "-", *_AXES)
        or (following == "of" and kind_at(sequence, at - 1) == "number")
    )


def _inches(sequence: Sequence[NoteToken], at: int, *, dense: bool) -> tuple[Fraction, int] | None:
    """The inches after feet: 6", -6", and 6 inches, and after the sign for feet also a bare 6."""
    start = at + 1 if text_at(sequence, at) in ("-", "\u2013", "and", ",") else at
    found = number(sequence, start)
    if found is None or not 0 <= found[0] < 12:
        return None
    value, after = found
    unit, after_unit = _unit(sequence, after)
    if unit == "in":
        return value, after_unit
    adjacent = (
        start < len(sequence) and at > 0 and sequence[start].start == sequence[at - 1].end + (start - at)
    )
    if dense and unit is None and adjacent and text_at(sequence, after) != "/":
        following = text_at(sequence, after)
        if (
            kind_at(sequence, after) == "number"
            or following in (*_BY, "", ",", ".", ")", ";", "\n", "(", "|", "-")
            or kind_at(sequence, after) == "word"
        ):
            return value, after
    return None


def _joined_inches(sequence: Sequence[NoteToken], at: int, after: int) -> tuple[Fraction, int] | None:
    """The inches of 12-6, which are one number, a hyphen and another without spaces, next to an "x"."""
    if not (after == at + 1 and text_at(sequence, after) == "-" and kind_at(sequence, after + 1) == "number"):
        return None
    if sequence[at].end != sequence[after].start or sequence[after].end != sequence[after + 1].start:
        return None
    inches = sequence[after + 1].text
    beside_by = text_at(sequence, after + 2) in _BY or text_at(sequence, at - 1) in _BY
    if inches.isdigit() and int(inches) < 12 and beside_by:
        return Fraction(int(inches)), after + 2
    return None


def size(sequence: Sequence[NoteToken], at: int) -> Size | None:
    """The size that begins at a token: lengths with "x" or "by" between them, or one length each "long" and "wide"."""
    if text_at(sequence, at) in _BEFORE_AXES:
        return _after_axes(sequence, at)
    first = length(sequence, at)
    if first is None:
        return None
    sides, after = [first], _after_axis(sequence, first.after)
    while len(sides) < MAX_SIDES and (text_at(sequence, after) in _BY or _is_for(sequence, sides[-1], after)):
        start = after + 1
        found = length(sequence, start)
        if found is None:
            break
        sides.append(found)
        after = _after_axis(sequence, found.after)
    if len(sides) == 1:
        return _by_axes(sequence, first)
    if _is_something_else(sequence, sides[-1].after):
        return None
    units = [side.unit for side in sides if side.unit]
    default = sides[-1].unit or (units[-1] if units else "ft")
    return Size(tuple(side.feet(default) for side in sides), at, after)


def _is_for(sequence: Sequence[NoteToken], before: MeasuredLength, at: int) -> bool:
    """Whether "for" stands between two sides, as some write whose first language is Spanish: "10 feet for 12 feet"."""
    if text_at(sequence, at) != "for" or before.unit is None:
        return False
    following = length(sequence, at + 1)
    return following is not None and following.unit == before.unit


def _after_axes(sequence: Sequence[NoteToken], at: int) -> Size | None:
    """The size whose sides have their axes before them: "L 12'0" W 10'6" H 8'", "Length: 12, Width: 10"."""
    sides: dict[int, Fraction] = {}
    after = at
    while (axis := _BEFORE_AXES.get(text_at(sequence, after))) is not None and axis not in sides:
        start = after + 1
        while text_at(sequence, start) in (":", "=", "-", "is"):
            start += 1
        found = length(sequence, start) if start < len(sequence) else None
        if found is None:
            break
        sides[axis] = found.feet()
        after = found.after
        if (
            text_at(sequence, after) in (",", ";", "x", "/", "|", "and", "\n")
            and text_at(sequence, after + 1) in _BEFORE_AXES
        ):
            after += 1
    if 0 not in sides or 1 not in sides:
        return None
    return Size(tuple(sides[axis] for axis in sorted(sides)), at, after)


def _after_axis(sequence: Sequence[NoteToken], at: int) -> int:
    """The index after a word such as "wide", or after L, W and H directly at their numbers, if "x" or "by" follows."""
    if text_at(sequence, at) in (*_AXES, "l", "w", "h") and text_at(sequence, at + 1) in _BY:
        return at + 1
    return at


def _by_axes(sequence: Sequence[NoteToken], first: MeasuredLength) -> Size | None:
    sides: dict[int, Fraction] = {}
    found: MeasuredLength | None = first
    after = first.after
    while found is not None and found.unit is not None:
        axis = _AXES.get(text_at(sequence, found.after + (text_at(sequence, found.after) == "in")))
        if axis is None or axis in sides:
            break
        sides[axis] = found.feet()
        after = found.after + 1 + (text_at(sequence, found.after) == "in")
        start = after
        while text_at(sequence, start) in (",", "and", "by", "x", "&"):
            start += 1
        found = length(sequence, start)
    if 0 not in sides or 1 not in sides:
        return None
    return Size(tuple(sides[axis] for axis in sorted(sides)), first.first, after)


def _is_something_else(sequence: Sequence[NoteToken], at: int) -> bool:
    """Whether the last factor counts hours, days or people: "6 air movers x 3 days", "2 x 12-hour shifts"."""
    following = text_at(sequence, at)
    return (text_at(sequence, at + 1) if following == "-" else following) in _NOT_LENGTHS


def sizes(text: str) -> list[tuple[float, ...]]:
    """The sizes in a text, in feet."""
    sequence = tokens(text)
    found, at = [], 0
    while at < len(sequence):
        stated = size(sequence, at)
        if stated is not None:
            found.append(tuple(float(side) for side in stated.sides))
        at = stated.after if stated is not None else at + 1
    return found
