"""Quantities with a unit of scopes: 32 SF, 44 linear feet, 5 m2, 8 hours."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from eal.ai.claims.vocabulary import Unit
from eal.ai.engines.embedded.claims.gazetteer import Gazetteer
from eal.ai.engines.embedded.claims.tokens import number, text_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.engines.embedded.claims.tokens import NoteToken

_SQUARE_METRE = Fraction(10_000, 3_048) ** 2
_METRE = Fraction(10_000, 3_048)
_UNITS: dict[tuple[Unit, Fraction], str] = {
    (Unit.SF, Fraction(1)): (
        "sf, sqft, sq ft, sq. ft., sq. ft, square feet, square foot, ft2, ft², ft^2, s.f., s.f, "
        "sq feet, sq foot, square ft, sft, sq. feet"
    ),
    (Unit.LF, Fraction(1)): (
        "lf, lin ft, linear feet, linear foot, lineal feet, l.f., l.f, lft, ln ft, lnft, linear "
        "ft, lin. ft., lin. ft, running feet, lineal ft, lin feet, lineal foot, linear"
    ),
    (
        Unit.SY,
        Fraction(1),
    ): "sy, sq yd, square yard, square yards, sq. yd., sq yds, sq. yd, sq yard, sq yards",
    (Unit.SQ, Fraction(1)): "sq, square, squares, sqs, roofing square",
    (Unit.CF, Fraction(1)): "cf, cubic feet, cubic foot, cu ft, cu. ft., cu. ft",
    (Unit.CY, Fraction(1)): "cy, cubic yard, cubic yards, cu yd, cu yds, cu. yd.",
    (Unit.EA, Fraction(1)): (
        "ea, ea., each, pcs, pc, pieces, piece, unit, load, loads, bags, bag, sheets, sheet, "
        "item, items, count, ct"
    ),
    (Unit.HR, Fraction(1)): (
        "hr, hrs, hour, hours, man hours, man-hours, labor hours, tech hours, hr., hrs., labor hour, man hour"
    ),
    (Unit.DAY, Fraction(1)): "day, days, d, equipment days, equipment day, unit days",
    (Unit.SF, _SQUARE_METRE): (
        "m2, m², m^2, sqm, sq m, square meter, square metre, square meters, square metres, sq. m, sq. m."
    ),
    (Unit.LF, _METRE): "linear meter, linear metre, linear metres, lm, linear meters, lin m, running metres",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """`first` and `after` are indexes of tokens."""

    value: Fraction
    unit: Unit
    first: int
    after: int


_GAZETTEER = Gazetteer(
    (phrase.strip(), unit) for unit, phrases in _UNITS.items() for phrase in phrases.split(",")
)


def unit_at(sequence: Sequence[NoteToken], at: int) -> tuple[Unit, int] | None:
    """The unit of scopes at a token, without a factor, and the index after it."""
    match = _GAZETTEER.match(sequence, at)
    return (match[0][0], match[1]) if match and match[0][1] == 1 else None


def quantity(sequence: Sequence[NoteToken], at: int) -> Quantity | None:
    """The quantity that begins at a token."""
    found = number(sequence, at)
    if found is None:
        return None
    value, after = found
    start = after + (text_at(sequence, after) in ("-", "|"))
    match = _GAZETTEER.match(sequence, start) if start < len(sequence) else None
    if match is None or value <= 0:
        return None
    (unit, factor), end = match
    return Quantity(value * factor, unit, at, end)
