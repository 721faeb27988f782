"""The hand-written cases of tools/evaluate/sets/dispatch: each decision is one that the policy permits."""

from __future__ import annotations

from collections import Counter

import pytest

from tools.evaluate.sets import Item, read_sets
from tools.evaluate.tasks.dispatch import answer, wrong

CASES = read_sets("dispatch", "all")


@pytest.mark.parametrize("item", CASES, ids=lambda item: f"{item.id}: {item.content['note']}")
def test_a_case_is_decided_as_its_labels_permit(item: Item) -> None:
    assert wrong(item, answer(item.content)) == []


def test_the_cases_cover_every_action_and_differ() -> None:
    actions = Counter(answer(item.content)["action"] for item in CASES)

    assert len(CASES) >= 150
    assert len(actions) == 8
    assert len({str((item.content["facts"], item.content["tenant_settings"])) for item in CASES}) == len(
        CASES
    )


def test_missing_members_and_unknown_keys_are_accepted() -> None:
    sparse = answer({"facts": {"intent": "water"}, "note": "x"})

    assert (sparse["action"], sparse["assigned_to"]) == ("needs_review", None)
    assert answer({"facts": {"safety": True, "at": "2026-04-24T12:00:00-05:00"}, "tenant_settings": None})[
        "due_at"
    ] == ("2026-04-24T17:00:00.000Z")
