"""Rules for imports."""

import pytest

from tests.structure.checks import imports
from tests.structure.project import HERE, report


def test_imports_follow_the_order_of_folders_and_the_listed_pairs() -> None:
    report(imports.faults(HERE))


def test_imports_have_no_cycle_and_none_goes_upwards(capsys: pytest.CaptureFixture[str]) -> None:
    circles, upward = imports.circles(HERE), imports.upward(HERE)
    with capsys.disabled():
        print(f"\nimports of eal: {len(circles)} cycles, {len(upward)} upward")
    assert not circles
    assert not upward
