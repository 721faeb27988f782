"""One word for one thing."""

from tests.structure.checks import names
from tests.structure.project import HERE, report


def test_no_name_is_a_retired_word() -> None:
    report(names.faults(HERE))
