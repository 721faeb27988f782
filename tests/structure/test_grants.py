"""Least privilege of the template's roles."""

from tests.structure.checks import grants
from tests.structure.project import HERE, report


def test_roles_have_only_the_permissions_that_they_need() -> None:
    report(grants.faults(HERE))
