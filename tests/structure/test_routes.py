"""Decorator, template and docstring name the same route, and roles fit scopes."""

from tests.structure.checks import routes
from tests.structure.project import HERE, report


def test_routes_are_the_same_wherever_they_stand_and_roles_fit() -> None:
    report(routes.faults(HERE))
