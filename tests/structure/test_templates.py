"""template.yaml and the workers' template, together."""

from tests.structure.checks import templates
from tests.structure.project import HERE, report


def test_the_two_templates_fit_together() -> None:
    report(templates.faults(HERE))
