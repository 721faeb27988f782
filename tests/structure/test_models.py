"""The declarations of endpoints, in decorators and models: a mistake there raises no error when they run."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

import pytest

from eal.core.wire import Wire
from eal.domain.organizations.grants.wire import Grantable
from eal.entry.http.api import Api
from eal.entry.http.request import Response
from eal.entry.http.route import Created
from tests.support.endpoints import Endpoint, endpoints

SECRETS = {"key", "secret", "session"}
"""Fields of responses that a replay must not return."""


def _name(endpoint: Endpoint) -> str:
    return endpoint.name


ALL = pytest.mark.parametrize("endpoint", endpoints(), ids=_name)


def _models(kind: type[Wire] = Wire) -> Iterator[type[Wire]]:
    for model in kind.__subclasses__():
        yield model
        yield from _models(model)


def test_models_declare_only_class_variables_that_routes_read() -> None:
    assert endpoints()  # imports the models
    unknown = {
        f"{model.__module__}.{model.__qualname__}.{name}"
        for model in _models()
        for name in model.__class_vars__ - Wire.__class_vars__
    }

    assert unknown == set(), "no route reads these: correct the name to one of Wire's, or remove it"


def _docstrings(model: type[Wire]) -> Iterator[tuple[str, str]]:
    definition = ast.parse(inspect.getsource(model)).body[0]
    assert isinstance(definition, ast.ClassDef)
    for field, text in pairwise(definition.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(docstring))):
                yield name, inspect.cleandoc(docstring)


def test_no_docstring_of_a_field_is_ignored() -> None:
    """pydantic prefers the description of a type, such as that of Email, to the docstring of its field."""
    assert endpoints()  # imports the models
    ignored = {
        f"{model.__module__}.{model.__qualname__}.{name}"
        for model in _models()
        if "[" not in model.__qualname__ and model.__module__.startswith("eal.")
        for name, docstring in _docstrings(model)
        if name in model.model_fields and model.model_fields[name].description != docstring
    }

    assert ignored == set(), "remove the docstring, or write Annotated[…, Field(description=…)]"


def _secrets(model: type[Wire], outer: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if name in SECRETS:
            yield outer + name
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Wire):
            yield from _secrets(field.annotation, f"{outer}{name}.")


@ALL
def test_the_fields_shown_once_are_the_secrets_of_the_response(endpoint: Endpoint) -> None:
    response = endpoint.route.response_model

    assert endpoint.route.shown_once == (set(_secrets(response)) if response else set())


EXPORTS = {"exportAuditLogCsv", "exportSuppressionsCsv"}
"""GETs that no child can grant: each leaves a record in the log of the organization, where a parent writes nothing."""


@ALL
def test_a_route_has_a_grant_only_if_a_child_can_grant_its_resource(endpoint: Endpoint) -> None:
    route = endpoint.route
    can_be_granted = route.method == "GET" and route.tag in get_args(Grantable.__value__)
    can_be_granted &= route.operation_id not in EXPORTS

    assert route.grant == (route.tag if can_be_granted else None), "set grant= to the tag, or leave it out"


def test_an_undeclared_status_is_rejected() -> None:
    class Nothing(Wire):
        pass

    app = Api()

    @app.post("/v1/nothing", summary="Create nothing", operation_id="createNothing", tag="meta")
    def create() -> Created[Nothing]:
        return Created(Nothing())

    assert (app.route.statuses, app.route.response_model) == ((201,), Nothing)
    assert app.route.call({}).status == 201

    app = Api()

    @app.get("/v1/nothing", summary="Get nothing", operation_id="getNothing", tag="meta")
    def undeclared() -> Response:
        return Response(202, "{}")

    with pytest.raises(AssertionError, match="GET /v1/nothing returns 202"):
        app.route.call({})
