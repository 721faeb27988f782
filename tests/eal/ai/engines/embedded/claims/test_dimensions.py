"""Lengths and sizes, against measures written in every style."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.engines.embedded.claims.dimensions import length, sizes
from eal.ai.engines.embedded.claims.tokens import tokens

MILLIMETRE_FEET = 1 / 304.8
SHARE = 0.001
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FOOT_SIGNS = ("'", "\u2032", "\u2019", " ft", "ft", " ft.", " feet", " foot")
INCH_SIGNS = ('"', "\u2033", "\u201d", "''", " in", "in", " in.", " inches")
LETTERS = "abcdefghijklmnopqrstuvwxyz."
BY = ("x", " x ", " X ", "\u00d7", " \u00d7 ", " by ")

feet = st.integers(1, 99)
inches = st.integers(0, 11)
eighths = st.integers(0, 7)


def words(number: int) -> str:
    if number < 20:
        return ONES[number]
    unit = f"-{ONES[number % 10]}" if number % 10 else ""
    return TENS[number // 10] + unit


def inches_text(whole: int, eighth: int, style: str) -> str:
    part = Fraction(eighth, 8)
    if not eighth:
        return str(whole)
    if style == "decimal":
        return f"{whole + float(part):g}"
    return f"{whole} {part.numerator}/{part.denominator}" if whole else f"{part.numerator}/{part.denominator}"


@st.composite
def written_lengths(draw: st.DrawFn) -> tuple[str, float]:
    """A length as text, and its value in feet."""
    style = draw(
        st.sampled_from(
            ("feet", "feet_and_inches", "decimal_feet", "inches", "m", "cm", "mm", "words", "yards")
        )
    )
    whole = draw(feet)
    if style == "feet":
        return f"{whole}{draw(st.sampled_from(FOOT_SIGNS))}", whole
    if style == "feet_and_inches":
        inch, eighth = draw(inches), draw(eighths)
        foot_sign = draw(st.sampled_from(FOOT_SIGNS))
        between = draw(
            st.sampled_from(("", " ", "-") if foot_sign[-1] in "'\u2032\u2019" else (" ", " and "))
        )
        text = inches_text(inch, eighth, draw(st.sampled_from(("decimal", "fraction"))))
        return f"{whole}{foot_sign}{between}{text}{draw(st.sampled_from(INCH_SIGNS))}", whole + (
            inch + eighth / 8
        ) / 12
    if style == "decimal_feet":
        hundredths = draw(st.integers(0, 99))
        return f"{whole}.{hundredths:02d}{draw(st.sampled_from(FOOT_SIGNS))}", whole + hundredths / 100
    if style == "inches":
        return f"{whole}{draw(st.sampled_from(INCH_SIGNS))}", whole / 12
    if style == "words":
        half = draw(st.sampled_from(("", " and a half")))
        return f"{words(whole)}{half} feet", whole + (0.5 if half else 0)
    if style == "yards":
        return f"{whole} yards", whole * 3
    if style == "m":
        value = draw(st.integers(100, 3000)) / 100
        shown = f"{value:.2f}"
        return (f"{shown} m" if draw(st.booleans()) else f"{shown.replace('.', ',')} m"), value / 0.3048
    value = draw(st.integers(30, 3000))
    return (f"{value}{draw(st.sampled_from((' ', '')))}{style}", value / (30.48 if style == "cm" else 304.8))


def is_near(found: float, expected: float) -> bool:
    return abs(found - expected) <= max(MILLIMETRE_FEET, SHARE * expected)


@given(written_lengths())
def test_a_length_in_any_style_is_read(written: tuple[str, float]) -> None:
    text, expected = written
    found = length(tokens(text), 0)

    assert found is not None
    assert found.unit is not None
    assert is_near(float(found.feet()), expected)


@given(written_lengths(), written_lengths(), st.sampled_from(BY))
def test_a_size_of_lengths_in_any_style_is_read_in_a_sentence(
    first: tuple[str, float], second: tuple[str, float], by: str
) -> None:
    by = by if first[0][-1] not in LETTERS and second[0][0] not in LETTERS else f" {by.strip()} "

    found = sizes(f"The kitchen measures {first[0]}{by}{second[0]}, wet throughout.")

    assert len(found) == 1
    assert is_near(found[0][0], first[1])
    assert is_near(found[0][1], second[1])


@given(
    feet,
    inches,
    feet,
    inches,
    st.sampled_from(("{}-{} x {}-{}", "{}'{} x {}'{}", "{}' {}\" x {}' {}\" x 8'")),
)
def test_feet_and_inches_without_signs_are_read_next_to_a_factor(
    a: int, b: int, c: int, d: int, form: str
) -> None:
    found = sizes(f"LR {form.format(a, b, c, d)}")

    assert len(found) == 1
    assert is_near(found[0][0], a + b / 12)
    assert is_near(found[0][1], c + d / 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kitchen 12'6\" x 10'", [(12.5, 10)]),
        ("12.5x10x8", [(12.5, 10, 8)]),
        ("twelve by ten", [(12, 10)]),
        ("twenty two by sixteen", [(22, 16)]),
        ("12\u00bd' x 10\u00bc'", [(12.5, 10.25)]),
        ("12' 6 1/2\" x 9'", [(12 + 6.5 / 12, 9)]),
        ("3.6 x 4.2 m", [(3.6 / 0.3048, 4.2 / 0.3048)]),
        ("2,75 m wide and 3,40 m long", [(3.4 / 0.3048, 2.75 / 0.3048)]),
        ("14 feet wide by 16 feet long", [(14, 16)]),
        ("30\" x 60\" closet", [(2.5, 5)]),
        ("four feet by eighteen feet eight foot ceilings", [(4, 18)]),
        ("a hundred and five by sixty feet", [(105, 60)]),
        ("1,250 x 40 ft", [(1250, 40)]),
    ],
)  # fmt: skip
def test_sizes_are_read(text: str, expected: list[tuple[float, ...]]) -> None:
    found = sizes(text)

    assert len(found) == len(expected)
    for read, sides in zip(found, expected, strict=True):
        assert read == pytest.approx(sides, abs=0.001)


@pytest.mark.parametrize(
    "text",
    [
        "6 air movers x 3 days",
        "2 x 12-hour shifts",
        "call 612-555-0144 ext 12",
        "removed 24 inches of drywall, 3 fans",
        "3 x men",
    ],
)
def test_other_products_are_no_sizes(text: str) -> None:
    assert sizes(text) == []
