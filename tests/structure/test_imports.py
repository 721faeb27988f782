"""Who may import whom."""

from tests.structure.checks import imports
from tests.structure.project import HERE, report


def test_imports_go_downwards_and_between_resources_only_in_named_pairs() -> None:
    report(imports.faults(HERE))
