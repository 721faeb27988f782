"""template.yaml and the workers' template."""

from tests.structure.checks import templates
from tests.structure.project import HERE, report


def test_the_two_templates_are_consistent() -> None:
    report(templates.faults(HERE))
