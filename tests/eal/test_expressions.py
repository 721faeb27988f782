"""No regular expression takes more than linear time: a text that repeats what one repeats does not hold a function."""

from __future__ import annotations

from eal.ai.engines.embedded.language import patterns
from tests.support.expressions import Expression, attacks, expressions

_SIZES = (400, 2_000)
"""Lengths of the shorter text, in characters. The longer one has four times as many. Limits such as `{0,300}` make a
short text look quadratic, so the second size decides."""
_MAX_GROWTH = 8.0
"""Halfway between linear (4) and quadratic (16)."""

_MEASUREMENTS = 3
"""Measurements that must agree: another process may have held the machine during one."""


def test_the_time_of_each_expression_is_linear() -> None:
    slow = [found for expression in expressions() if (found := _slow(expression))]

    assert not slow, "Limit the repetition, or begin it only once:\n" + "\n".join(slow)


def _slow(expression: Expression) -> str | None:
    """The expression with a text for which its time is not linear."""
    for unit, head in attacks(expression):
        if all(
            expression.growth(unit, head, size) > _MAX_GROWTH for size in _SIZES for _ in range(_MEASUREMENTS)
        ):
            return f"{expression.module}: {expression.pattern!r} for {head!r} and repeated {unit!r}"
    return None


def test_an_expression_counts_whatever_the_process_has_used_before() -> None:
    used = r"used (?:before )*this test"
    patterns.compiled(used)

    found = {expression.pattern for expression in expressions()}

    assert used not in found
    assert any("(?: then| also| please)?" in pattern for pattern in found), "a literal inside a function"


def test_a_quadratic_expression_is_noticed() -> None:
    for pattern, method in ((r"\d[\d,]*usd", "search"), (r"\s*\s*x", "match"), (r"(?:a )*b", "search")):
        assert _slow(Expression(pattern, 0, method, "tests")), pattern
