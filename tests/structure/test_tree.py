"""Each function folder has one template resource, one sample event and one test."""

from tests.structure.checks import tree
from tests.structure.project import HERE, report


def test_each_function_has_one_resource_one_sample_and_one_test() -> None:
    report(tree.faults(HERE))
