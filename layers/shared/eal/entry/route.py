"""What an endpoint's signature says: its scope, body, query, path parameters and answer.

    def update(lead_id: str, body: LeadUpdate, caller: Writer) -> LeadView:

`body` and `query` are pydantic models, `caller` one of Reader, Writer and Admin (without it the endpoint is public),
and every other parameter is a path parameter. Nothing else is recognised. A body must be sent, `{}` at least, unless
its model says `may_be_left_out`. An endpoint without a body model takes no body, or `{}`; a GET ignores it. A model
that says `acts_at_once` is of an endpoint with an effect that no transaction holds back, such as a request to somebody
else: an Idempotency-Key is held for it before it begins.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Self, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from eal.caller import Caller, Scope
from eal.entry.request import Answer, Request
from eal.errors import FieldError, Json, ValidationFailed

type Endpoint = Callable[..., BaseModel | Answer | None]

_NO_ENTRIES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Needs:
    scope: Scope


Reader = Annotated[Caller, Needs("read")]
Writer = Annotated[Caller, Needs("write")]
Admin = Annotated[Caller, Needs("admin")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint, read from its function once."""

    endpoint: Endpoint
    method: str
    path: str
    operation_id: str
    tags: tuple[str, ...]
    status: int
    scope: Scope | None
    body: type[BaseModel] | None
    body_optional: bool
    acts_at_once: bool
    query: type[BaseModel] | None
    path_parameters: tuple[str, ...]
    answer: type[BaseModel] | None

    @classmethod
    def of(
        cls, endpoint: Endpoint, *, method: str, path: str, operation_id: str, tags: list[str], status: int
    ) -> Self:
        signature = inspect.signature(endpoint)
        scope: Scope | None = None
        models: dict[str, type[BaseModel]] = {}
        names: list[str] = []
        for name, parameter in signature.parameters.items():
            if name == "caller":
                scope = cast("Needs", get_args(parameter.annotation)[1]).scope
            elif name in ("body", "query"):
                models[name] = _model(parameter.annotation)
            else:
                names.append(name)
        body = models.get("body")
        returned = signature.return_annotation
        return cls(
            endpoint=endpoint,
            method=method,
            path=path,
            operation_id=operation_id,
            tags=tuple(tags),
            status=status,
            scope=scope,
            body=body,
            body_optional=body is None or getattr(body, "may_be_left_out", False),
            acts_at_once=getattr(body, "acts_at_once", False),
            query=models.get("query"),
            path_parameters=tuple(names),
            answer=returned if isinstance(returned, type) and issubclass(returned, BaseModel) else None,
        )

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def tag(self) -> str:
        return self.tags[0]

    @property
    def replayable(self) -> bool:
        """Idempotency-Key is honoured on every POST and PATCH, and on PUT and DELETE too, where it costs nothing."""
        return self.method != "GET" and self.scope is not None

    @property
    def changes_by_itself(self) -> bool:
        """Whether the answer may differ while its version stays, so that a 304 would be wrong."""
        return getattr(self.answer, "changes_by_itself", False)

    @property
    def shown_once(self) -> frozenset[str]:
        """The answer's fields that a replay must not repeat; `admin_key.key` is one within another."""
        return cast("frozenset[str]", getattr(self.answer, "shown_once", _NO_ENTRIES))

    def arguments(self, request: Request, body: dict[str, Json], caller: Caller | None) -> dict[str, object]:
        """The endpoint's arguments, validated.

        Raises: ValidationFailed with every wrong field, of query and body together.
        """
        arguments: dict[str, object] = {name: request.path_parameters[name] for name in self.path_parameters}
        wrong: list[FieldError] = []
        values, repeated = _single_values(request, self.query)
        wrong += repeated
        if self.query:
            _validate(self.query, values, "query", arguments, wrong)
        elif values:
            wrong += [
                _field_error(name, "is not a parameter of this endpoint", "extra_forbidden")
                for name in values
            ]
        if self.body:
            _validate(self.body, body, "body", arguments, wrong)
        else:
            wrong += [_field_error(name, "is not known here", "extra_forbidden", "body") for name in body]
        if wrong:
            raise ValidationFailed(wrong)
        if caller:
            arguments["caller"] = caller
        return arguments

    def call(self, arguments: dict[str, object]) -> Answer:
        """The endpoint's answer, not yet committed."""
        result = self.endpoint(**arguments)
        caller = arguments.get("caller")
        status = caller.answer_status or self.status if isinstance(caller, Caller) else self.status
        if isinstance(result, Answer):
            return result
        if result is None:
            return Answer(status)
        version = getattr(result, "version", None)
        headers = {"ETag": f'"{version}"'} if isinstance(version, int) else {}
        return Answer(
            status, result.model_dump_json(by_alias=True), headers, shows=getattr(result, "erasable", ())
        )


def _model(annotation: Any) -> type[BaseModel]:
    if get_origin(annotation) is UnionType:
        (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise TypeError(f"body and query must be pydantic models; this is {annotation}")
    return annotation


def _single_values(
    request: Request, query: type[BaseModel] | None
) -> tuple[dict[str, str | list[str]], list[FieldError]]:
    """Each parameter's value; one that is repeated is wrong."""
    wrong = [
        _field_error(name, "is given more than once", "repeated")
        for name, values in request.query.items()
        if len(values) > 1
    ]
    return {name: values[-1] for name, values in request.query.items()}, wrong


def _validate(
    model: type[BaseModel],
    values: dict[str, Any] | dict[str, Json],
    name: str,
    arguments: dict[str, object],
    wrong: list[FieldError],
) -> None:
    try:
        arguments[name] = model.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_context=False, include_input=False):
            message = error["msg"].removeprefix("Value error, ")
            if error["type"] == "missing":
                message = "is required"
            elif error["type"] == "extra_forbidden":
                message = "is not known here"
            wrong.append(
                {
                    "pointer": "".join(f"/{_escaped(part)}" for part in error["loc"]),
                    "message": message,
                    "type": error["type"],
                    "location": name,
                }
            )


def _field_error(name: str, message: str, kind: str, location: str = "query") -> FieldError:
    return {"pointer": f"/{_escaped(name)}", "message": message, "type": kind, "location": location}


def _escaped(part: str | int) -> str:
    """A JSON pointer's reference token (RFC 6901)."""
    return str(part)[:100].replace("~", "~0").replace("/", "~1")
