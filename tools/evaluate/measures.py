"""Measures of classification: accuracy, macro-F1, calibration error, coverage, intervals."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

_BINS = 10


def accuracy(expected: Sequence[Hashable], got: Sequence[Hashable]) -> float:
    return sum(a == b for a, b in zip(expected, got, strict=True)) / max(1, len(expected))


def macro_f1(expected: Sequence[Hashable], got: Sequence[Hashable]) -> float:
    """The mean of the classes' F1, over the classes that are expected at all."""
    scores = []
    for label in set(expected):
        hits = sum(a == b == label for a, b in zip(expected, got, strict=True))
        named = sum(b == label for b in got) + sum(a == label for a in expected)
        scores.append(2 * hits / named)
    return sum(scores) / max(1, len(scores))


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The expected calibration error over ten groups of equal size.

    Equal confidences have no order, so each counts as right as often as all of them are.
    """
    by_confidence: dict[float, list[bool]] = {}
    for confidence, ok in zip(confidences, right, strict=True):
        by_confidence.setdefault(confidence, []).append(ok)
    ordered = [
        (confidence, sum(by_confidence[confidence]) / len(by_confidence[confidence]))
        for confidence in sorted(confidences)
    ]
    error = 0.0
    for number in range(_BINS):
        part = ordered[len(ordered) * number // _BINS : len(ordered) * (number + 1) // _BINS]
        if part:
            error += abs(sum(confidence for confidence, _ in part) - sum(ok for _, ok in part))
    return error / max(1, len(ordered))


def coverage(confidences: Sequence[float], right: Sequence[bool], target: float) -> float:
    """The largest share of items, the most confident first, of which at least `target` are right."""
    ordered = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    best, hits = 0, 0
    for number, (_, ok) in enumerate(ordered, 1):
        hits += ok
        if hits / number >= target:
            best = number
    return best / max(1, len(ordered))


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95% interval of a share."""
    if not count:
        return 0.0, 1.0
    z = 1.96
    share, spread = hits / count, z * z / count
    middle = share + spread / 2
    reach = z * math.sqrt((share * (1 - share) + spread / 4) / count)
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def share(hits: int, count: int) -> str:
    low, high = wilson(hits, count)
    return f"{hits}/{count} = {hits / max(1, count):.3f} [{low:.3f}, {high:.3f}]"


def confusion(expected: Sequence[str], got: Sequence[str], most: int = 10) -> Iterator[str]:
    """The most frequent confusions, as lines."""
    wrong = Counter((a, b) for a, b in zip(expected, got, strict=True) if a != b)
    for (a, b), count in sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))[:most]:
        yield f"    {a} taken for {b}: {count}"
