"""The extraction of the labelled claims."""

from __future__ import annotations

from functools import cache

import pytest

from tools.evaluate.sets import Item, Json, read_sets
from tools.evaluate.tasks.extract_claim import ENGINES, breaches, is_item, is_room, paired


@cache
def answers(author: str, split: str) -> tuple[tuple[Item, Json], ...]:
    answer = ENGINES["embedded"]()
    return tuple((item, answer(item)) for item in read_sets("extract_claim", split) if item.author == author)


def shares(author: str, split: str, field: str) -> tuple[float, float]:
    """Precision and recall."""
    same = is_room if field == "rooms" else is_item
    pairs = answers(author, split)
    hits = sum(paired(item.labels[field], answer[field], same)[0] for item, answer in pairs)
    found = sum(len(answer[field]) for _, answer in pairs)
    return hits / found, hits / sum(len(item.labels[field]) for item, _ in pairs)


@pytest.mark.parametrize(
    ("author", "split", "slack"),
    [
        ("house", "fresh", 0.0),
        ("house", "train", 0.0),
        ("road", "train", 0.0),
        ("morgan", "train", 0.0),
        ("late", "fresh", 0.05),
        ("reese", "fresh", 0.05),
    ],
)
def test_rooms_and_items_are_found_as_people_did(author: str, split: str, slack: float) -> None:
    """`slack`: claims that were written after the rules may be five points worse."""
    room_precision, room_recall = shares(author, split, "rooms")
    precision, recall = shares(author, split, "items")

    assert 2 * room_precision * room_recall / (room_precision + room_recall) >= 0.92 - slack
    assert precision >= 0.88 - slack
    assert recall >= 0.80 - slack


@pytest.mark.parametrize("split", ["fresh", "train"])
def test_nothing_that_must_not_be_in_a_scope_is_in_one(split: str) -> None:
    broken = [
        f"{item.id}: {fault}"
        for author in ("house", "road", "morgan", "late")
        for item, answer in answers(author, split)
        for fault in breaches(item, answer)
    ]

    assert broken == []
