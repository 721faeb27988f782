"""Rules for imports."""

from tests.structure.checks import imports
from tests.structure.project import HERE, report


def test_imports_follow_the_order_of_folders_and_the_listed_pairs() -> None:
    report(imports.faults(HERE))
