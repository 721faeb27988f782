"""Patterns that the build stored are the patterns that re.compile makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from eal.ai.engines.rules import classify_call, patterns
from tools.fixtures.callrail import TRANSCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place to store to that is not the source tree."""
    place = tmp_path / "patterns.bin"
    monkeypatch.setattr(patterns, "STORED", place)
    patterns._stored.cache_clear()
    yield place
    patterns._stored.cache_clear()


def test_every_stored_pattern_equals_the_compiled_one(stored: Path) -> None:
    assert patterns.store() > 100
    patterns._stored.cache_clear()

    for pattern in patterns._stored():
        assert patterns.compiled(pattern) == re.compile(pattern)
        assert patterns.compiled(pattern).groups == re.compile(pattern).groups


def test_what_another_python_stored_is_not_used(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns.store()
    monkeypatch.setattr(patterns, "FORMAT", (0, 0))
    patterns._stored.cache_clear()

    assert patterns._stored() == {}
    assert patterns.compiled(r"\bx\b").search("a x b")


def test_a_call_is_judged_the_same_with_and_without(stored: Path) -> None:
    without = classify_call(TRANSCRIPT)
    patterns.store()
    patterns._stored.cache_clear()

    assert classify_call(TRANSCRIPT) == without
