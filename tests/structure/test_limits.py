"""Each stack has room: some of the resources and bytes that CloudFormation allows are free."""

from tests.structure.checks import limits
from tests.structure.project import HERE, report
from tools.fixtures.template import expanded


def test_each_stack_has_room() -> None:
    for path, template in HERE.templates.items():
        result = expanded(template)
        resources, size = limits.measured(result)
        print(f"{path}: {resources} of {limits.MAX_RESOURCES} resources, {size:,} bytes")
        report(limits.faults(path, result))
