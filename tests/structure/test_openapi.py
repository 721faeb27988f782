"""The OpenAPI document: valid, current, and as the contract wants it."""

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from eal import errors
from eal.entry import document as served
from eal.events import CATALOGUE
from tests.structure.checks import document as checks
from tests.structure.project import HERE, report
from tests.support.http import load_app
from tools.openapi import document
from tools.openapi import errors as documented


def _built() -> dict[str, Any]:
    apps = [load_app(HERE.folder_of(name)) for name in HERE.endpoints]
    return document.build([app.app.route for app in apps])


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(served.text())
    return found


def test_the_committed_document_is_current() -> None:
    assert document.render(_built()) == served.text(), "run: python -m tools.openapi --write"


def test_the_document_does_not_depend_on_the_order_of_the_functions() -> None:
    routes = [load_app(HERE.folder_of(name)).app.route for name in HERE.endpoints]

    assert document.render(document.build(routes[::-1])) == document.render(document.build(routes))


def test_the_document_is_openapi_3_1(committed: dict[str, Any]) -> None:
    validate(committed, cls=OpenAPIV31SpecValidator)


def test_every_operation_is_documented_as_the_contract_has_it(committed: dict[str, Any]) -> None:
    report(checks.faults(committed))


def test_every_error_code_is_explained() -> None:
    codes = {error.code for error in errors.ApiError.__subclasses__()}

    assert set(documented.MEANING) == codes


def test_every_event_type_has_its_data(committed: dict[str, Any]) -> None:
    assert set(committed["webhooks"]) == set(CATALOGUE)
    for name, item in committed["webhooks"].items():
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schema["allOf"][1]["properties"]["type"] == {"const": name}


def test_two_models_of_one_name_are_refused() -> None:
    route = load_app("health/get").app.route
    with pytest.raises(ValueError, match="two endpoints answer GET /v1/health"):
        document.build([route, route])
