"""CSV cells: a spreadsheet must not execute their content as a formula."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eal.core.csv_cell import escape_formulas, unescape_formulas


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\ta", "\ra", "\na", "\0=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1"],  # noqa: RUF001
)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert escape_formulas(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "email", "a=b", "metadata.=1", "is required", "one; two", "a\r\nb\n\nc", "it's", "'a'"]
)
def test_any_other_cell_is_unchanged(text: str) -> None:
    assert escape_formulas(text) == unescape_formulas(text) == text


@given(st.text(alphabet=st.sampled_from(";\t\r\n\"'=+@, a")))
@example('x;"=1+1')
@example("a\n=1+1")
def test_no_spreadsheet_finds_a_formula_whatever_separates_its_cells(text: str) -> None:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(("a", escape_formulas(text), "b"))

    for separator in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(line.getvalue(), newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]


@given(st.text(alphabet=st.one_of(st.sampled_from(";\t\r\n\"'=+-@"), st.characters())))
@example("+dana@example.com")
@example("=HYPERLINK(1)")
def test_a_harmless_cell_is_read_as_it_was(text: str) -> None:
    assert unescape_formulas(escape_formulas(text)) == text
