"""Docstrings and loop variables."""

from tests.structure.checks import docstrings
from tests.structure.project import HERE, report


def test_docstrings_begin_with_their_subject_and_no_loop_variable_is_called_one() -> None:
    report(docstrings.faults(HERE))
