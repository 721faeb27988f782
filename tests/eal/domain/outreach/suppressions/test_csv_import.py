"""Cells of an export come back as what they were."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from eal.core.csv_cell import harmless
from eal.domain.outreach.suppressions.csv_import import unescaped


@given(st.text().map(str.strip).filter(lambda text: not text.startswith("'")))
@example("+dana@example.com")
@example("=HYPERLINK(1)")
def test_a_harmless_cell_is_read_as_it_was(text: str) -> None:
    assert unescaped(harmless(text)) == text
