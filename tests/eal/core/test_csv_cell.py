"""CSV cells: a spreadsheet must not execute their content as a formula."""

import pytest

from eal.core.csv_cell import harmless


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"],  # noqa: RUF001
)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "email", "a=b", "metadata.=1", "is required"])
def test_any_other_cell_is_unchanged(text: str) -> None:
    assert harmless(text) == text
