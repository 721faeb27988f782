"""Dangers to life in sentences and calls of hands that had no part in phrases or training: how many are found, and how
many near misses and ordinary calls are raised.

The figures are those of `python -m tools.evaluate dangers`, on every twelfth item. A floor is the figure of the
published reader on this part, less two standard errors. The report is left in .local/dangers.txt, which CI prints.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.evaluate.asides import asides
from tools.evaluate.sets import Item, read_sets
from tools.evaluate.tasks import dangers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.evaluate.sets import Json

REPORT = Path(__file__).parents[5] / ".local" / "dangers.txt"
PART = 12
MIN_FOUND = {"en": 0.98, "es": 0.96}
MAX_NEAR_MISSES = {"en": 0.095, "es": 0.115}
MAX_ORDINARY_CALLS = 0.115
ASIDES = 40
"""Number of asides in each language, of those of `python -m tools.evaluate.asides`."""
MIN_ASIDES = 0.77

type Judged = tuple[tuple[Item, Json], ...]


@cache
def judged() -> Judged:
    """Every twelfth fresh item, by the hash of its id, with what the engine finds."""
    items = sorted(read_sets("dangers", "fresh"), key=lambda item: hashlib.sha256(item.id.encode()).digest())[
        ::PART
    ]
    answer = dangers.ENGINES["embedded"]()
    found = tuple((item, answer(item)) for item in items)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(dangers.report(items, [got for _, got in found])) + "\n")
    return found


def share(chosen: Callable[[Item], bool]) -> float:
    """The share of the chosen items that the engine raises."""
    raised = [got["safety"] for item, got in judged() if chosen(item)]
    assert len(raised) >= 12
    return raised.count(True) / len(raised)


def is_call(item: Item) -> bool:
    return bool(item.content["setting"] == "call")


def language(item: Item) -> str:
    """`es` for Spanish and for a mixture."""
    return "en" if item.content["language"] == "en" else "es"


@pytest.mark.parametrize("spoken", ["en", "es"])
def test_dangers_are_found(spoken: str) -> None:
    assert share(lambda item: item.labels["danger"] and language(item) == spoken) >= MIN_FOUND[spoken]


def test_dangers_inside_long_calls_are_found() -> None:
    answer = dangers.ENGINES["embedded"]()
    raised = [answer(item)["safety"] for item in asides(read_sets("dangers", "fresh"), ASIDES)]

    assert raised.count(True) / len(raised) >= MIN_ASIDES


@pytest.mark.parametrize("spoken", ["en", "es"])
def test_near_misses_are_rarely_raised(spoken: str) -> None:
    def chosen(item: Item) -> bool:
        return not item.labels["danger"] and not is_call(item) and language(item) == spoken

    assert share(chosen) <= MAX_NEAR_MISSES[spoken]


def test_ordinary_calls_are_not_raised() -> None:
    assert share(is_call) <= MAX_ORDINARY_CALLS


@pytest.mark.parametrize(
    "kind",
    sorted(
        {
            str(item.content["danger"]).partition(".")[0]
            for item in read_sets("dangers", "fresh")
            if "danger" in item.content
        }
    ),
)
def test_no_kind_of_danger_is_a_blind_spot(kind: str) -> None:
    raised = [
        got["safety"]
        for item, got in judged()
        if item.labels["danger"] and str(item.content["danger"]).startswith(f"{kind}.")
    ]

    assert sum(raised) >= 0.8 * len(raised) > 0


def test_the_kind_of_a_danger_is_named() -> None:
    found = [(item, got) for item, got in judged() if item.labels["danger"] and got["safety"]]
    right = sum(item.labels["hazard"] in got["hazards"] for item, got in found)

    assert right >= 0.85 * len(found)
