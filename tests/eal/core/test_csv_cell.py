"""Nothing in a cell runs in a spreadsheet."""

import pytest

from eal.core.csv_cell import harmless


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"],  # noqa: RUF001
)
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "email", "a=b", "metadata.=1", "is required"])
def test_anything_else_stays(text: str) -> None:
    assert harmless(text) == text
