"""The patterns stored by the build equal those of re.compile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from eal.ai.engines.embedded import build
from eal.ai.engines.embedded.calls import named_dangers
from eal.ai.engines.embedded.language import patterns
from eal.ai.engines.embedded.leads import read_lead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A path outside the source tree for the stored patterns."""
    path = tmp_path / "patterns.bin"
    monkeypatch.setattr(patterns, "STORED", path)
    patterns.stored.cache_clear()
    yield path
    patterns.stored.cache_clear()


def test_every_stored_pattern_equals_the_compiled_one(stored: Path) -> None:
    assert build.store_patterns() > 60
    patterns.stored.cache_clear()

    for pattern in patterns.stored():
        assert patterns.compiled(pattern) == re.compile(pattern)
        assert patterns.compiled(pattern).groups == re.compile(pattern).groups


def test_patterns_of_another_python_are_ignored(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.store_patterns()
    monkeypatch.setattr(patterns, "FORMAT", (0, 0))
    patterns.stored.cache_clear()

    assert patterns.stored() == {}
    assert patterns.compiled(r"\bx\b").search("a x b")


def test_stored_patterns_find_the_same(stored: Path) -> None:
    without = read_lead("There is a strong smell of gas in the kitchen.")
    build.store_patterns()
    patterns.stored.cache_clear()
    named_dangers._phrases.cache_clear()

    assert without.danger
    assert read_lead("There is a strong smell of gas in the kitchen.") == without
