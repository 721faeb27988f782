"""No code changes the State table past `Write`, but for what is listed with its reason."""

from tests.structure.checks import writes
from tests.structure.project import HERE, report


def test_what_changes_the_state_table_goes_through_write() -> None:
    report(writes.faults(HERE))
