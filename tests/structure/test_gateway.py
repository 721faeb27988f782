"""The generated definition of the REST API, and the role that invokes its functions."""

from tests.structure.checks import gateway as checks
from tests.structure.project import HERE, report
from tools.fixtures.template import GATEWAY
from tools.openapi import document, gateway


def test_every_route_of_the_template_is_invoked_with_the_role() -> None:
    report(checks.faults(HERE))


def test_the_committed_definition_is_current() -> None:
    text = document.render(gateway.build(HERE.template))

    assert text == (HERE.root / GATEWAY).read_text(), "run: python -m tools.openapi --write"
