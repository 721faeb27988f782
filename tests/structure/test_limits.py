"""The template stays within CloudFormation's limits."""

from tests.structure.checks import limits
from tests.structure.project import HERE, report


def test_the_expanded_template_is_within_the_limits() -> None:
    report(limits.faults(limits.expanded(HERE)))
