"""One style of annotations."""

from tests.structure.checks import annotation_style
from tests.structure.project import HERE, report


def test_nothing_is_quoted_and_types_are_imported_in_one_way() -> None:
    report(annotation_style.faults(HERE))
