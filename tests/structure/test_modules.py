"""What a cold start has to import."""

from tests.structure.checks import modules
from tests.structure.project import HERE, report


def test_importing_a_function_pulls_nothing_heavy_and_needs_no_environment() -> None:
    report(modules.faults(HERE, modules.measured(HERE, HERE.folders)))
