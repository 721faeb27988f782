"""Function folder, template resource, sample event and test belong together, one of each."""

from tests.structure.checks import tree
from tests.structure.project import HERE, report


def test_each_function_has_one_resource_one_sample_and_one_test() -> None:
    report(tree.faults(HERE))
