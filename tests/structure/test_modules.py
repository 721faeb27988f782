"""The imports of a cold start."""

from tests.structure.checks import modules
from tests.structure.project import HERE, report


def test_importing_a_function_loads_no_heavy_module_and_needs_no_environment() -> None:
    report(modules.faults(HERE, modules.measured(HERE, HERE.folders)))
