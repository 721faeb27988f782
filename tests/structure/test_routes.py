"""Decorator, template and docstring have the same route, and roles fit scopes."""

from tests.structure.checks import routes
from tests.structure.project import HERE, report


def test_routes_agree_and_roles_fit_scopes() -> None:
    report(routes.faults(HERE))
