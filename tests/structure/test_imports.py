"""Who may import whom."""

import pytest

from tests.structure.checks import imports
from tests.structure.project import HERE, report


def test_imports_go_to_the_left_and_between_resources_only_in_named_pairs() -> None:
    report(imports.faults(HERE))


def test_nothing_imports_in_a_circle_or_upwards(capsys: pytest.CaptureFixture[str]) -> None:
    circles, upward = imports.circles(HERE), imports.upward(HERE)
    with capsys.disabled():
        print(f"\nimports of eal: {len(circles)} circles, {len(upward)} upward")
    assert not circles
    assert not upward
