"""Names of limits and modules."""

from tests.structure.checks import names
from tests.structure.project import HERE, report


def test_limits_and_modules_are_named_alike() -> None:
    report(names.faults(HERE))
