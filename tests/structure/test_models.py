"""What endpoints declare, at their decorator and in their models: a slip there would fall silent when they run."""

from collections.abc import Iterator
from typing import get_args

import pytest

from eal.core.wire import Wire
from eal.domain.organizations.grants.wire import Grantable
from eal.entry.http.api import Api
from eal.entry.http.request import Answer
from eal.entry.http.route import Created
from tests.support.endpoints import Endpoint, endpoints

SECRETS = {"key", "secret"}
"""Fields of answers that a replay must not show again."""


def _name(endpoint: Endpoint) -> str:
    return endpoint.name


ALL = pytest.mark.parametrize("endpoint", endpoints(), ids=_name)


def _models(kind: type[Wire] = Wire) -> Iterator[type[Wire]]:
    for one in kind.__subclasses__():
        yield one
        yield from _models(one)


def test_models_say_of_themselves_only_what_routes_read() -> None:
    assert endpoints()  # they import the models
    unknown = {
        f"{model.__module__}.{model.__qualname__}.{name}"
        for model in _models()
        for name in model.__class_vars__ - Wire.__class_vars__
    }

    assert unknown == set(), "no route reads these: is it one of Wire's, misspelt?"


def _secrets(model: type[Wire], outer: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if name in SECRETS:
            yield outer + name
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Wire):
            yield from _secrets(field.annotation, f"{outer}{name}.")


@ALL
def test_what_is_shown_once_is_a_secret_of_the_answer_and_each_secret_is(endpoint: Endpoint) -> None:
    answer = endpoint.route.answer

    assert endpoint.route.shown_once == (set(_secrets(answer)) if answer else set())


@ALL
def test_a_grant_opens_what_a_child_can_grant_and_nothing_else(endpoint: Endpoint) -> None:
    route = endpoint.route
    can_be_granted = route.method == "GET" and route.tag in get_args(Grantable.__value__)

    assert route.grant == (route.tag if can_be_granted else None), "set grant= to the tag, or leave it out"


def test_a_status_that_is_not_declared_is_no_answer() -> None:
    class Nothing(Wire):
        pass

    app = Api()

    @app.post("/v1/nothing", summary="Create nothing", operation_id="createNothing", tag="meta")
    def create() -> Created[Nothing]:
        return Created(Nothing())

    assert (app.route.statuses, app.route.answer) == ((201,), Nothing)
    assert app.route.call({}).status == 201

    app = Api()

    @app.get("/v1/nothing", summary="Get nothing", operation_id="getNothing", tag="meta")
    def answers_otherwise() -> Answer:
        return Answer(202, "{}")

    with pytest.raises(AssertionError, match="GET /v1/nothing answers 202"):
        app.route.call({})
