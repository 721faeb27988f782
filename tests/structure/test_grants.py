"""Least privilege, read from the template."""

from tests.structure.checks import grants
from tests.structure.project import HERE, report


def test_roles_have_exact_grants_and_no_more() -> None:
    report(grants.faults(HERE))
