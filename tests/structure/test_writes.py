"""Only `Transaction` changes the State table, except for the listed modules."""

from tests.structure.checks import writes
from tests.structure.project import HERE, report


def test_changes_of_the_state_table_go_through_a_transaction() -> None:
    report(writes.faults(HERE))
