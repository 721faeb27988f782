"""An endpoint's signature defines its scope, body, query, path parameters and response.

    def update(lead_id: str, body: LeadUpdate, caller: Writer) -> LeadView:

`body` and `query` are subclasses of Wire. `caller` is one of Reader, Writer, Admin, RecentAdmin and Member; without it
the endpoint is public, and may have a `visitor`. `url` is the address of the request without its query. Every other
parameter is a path parameter. A body is required, at least `{}`, unless its model sets `may_be_left_out`. An endpoint
without a body model accepts no body, or `{}`; a GET ignores it.

The return annotation defines the statuses: a view is 200, `Created[…]` 201, `Accepted[…]` 202, None 204.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    NamedTuple,
    Self,
    Union,
    cast,
    get_args,
    get_origin,
)

from eal.core.caller import Caller, Scope, Visitor
from eal.core.errors import (
    UNKNOWN_FIELD,
    FieldError,
    ValidationFailed,
    field_of,
    validation_message,
)
from eal.core.schema import ValidationError
from eal.core.tenancy import Tenant
from eal.core.wire import Wire
from eal.entry.http.request import Request, Response

if TYPE_CHECKING:
    from eal.core.json import Json
    from eal.domain.organizations.grants.wire import Grantable

_UNKNOWN_PARAMETER = "Unknown query parameter."


class Created[View: Wire]:
    """201: the request has created the resource."""

    status: ClassVar[int] = 201

    def __init__(self, view: View) -> None:
        self.view = view


class Accepted[View: Wire]:
    """202: the request is queued; the resource shows its progress."""

    status: ClassVar[int] = 202

    def __init__(self, view: View) -> None:
        self.view = view


type TokenReader = Callable[[str], Tenant | None]
"""Finds the tenant that a token in the query stands for."""
type Endpoint = Callable[..., Wire | Created[Any] | Accepted[Any] | Response | None]


class Needs(NamedTuple):
    """`recent`: a member must have signed in within the last minutes. It does not concern API keys. `session`: only a
    member's session will do, and no API key.
    """

    scope: Scope
    recent: bool = False
    session: bool = False


Reader = Annotated[Caller, Needs("read")]
Writer = Annotated[Caller, Needs("write")]
Admin = Annotated[Caller, Needs("admin")]
RecentAdmin = Annotated[Caller, Needs("admin", recent=True)]
Member = Annotated[Caller, Needs("read", session=True)]


class Route(NamedTuple):
    """One endpoint, read from its function once.

    `summary` names the operation in the OpenAPI document, as a verb and a noun; the function's docstring describes it.
    `statuses` are its success statuses, the usual one first. `grant` is the resource that a child must grant before its
    parent can read this with X-EAL-Organization; None if no grant covers it. `tenant_of_token` makes the address public
    for those who have a token: a `token` in the query may stand for a key. `round_trips` are the calls to AWS of a warm
    process, if they are not the usual ones of its method; only tests read it.
    """

    endpoint: Endpoint
    method: str
    path: str
    summary: str
    operation_id: str
    tag: str
    grant: Grantable | None
    statuses: tuple[int, ...]
    needs: Needs | None
    needs_visitor: bool
    body: type[Wire] | None
    query: type[Wire] | None
    path_parameters: tuple[str, ...]
    response_model: type[Wire] | None
    tenant_of_token: TokenReader | None = None
    takes_url: bool = False
    round_trips: int | None = None

    @classmethod
    def of(
        cls,
        endpoint: Endpoint,
        *,
        method: str,
        path: str,
        summary: str,
        operation_id: str,
        tag: str,
        grant: Grantable | None,
        also: tuple[int, ...] = (),
        tenant_of_token: TokenReader | None = None,
        round_trips: int | None = None,
    ) -> Self:
        """Raises: TypeError for a signature that this module's docstring does not allow."""
        signature = inspect.signature(endpoint)
        needs: Needs | None = None
        needs_visitor = False
        models: dict[str, type[Wire]] = {}
        names: list[str] = []
        for name, parameter in signature.parameters.items():
            if name == "caller":
                needs = cast("Needs", get_args(parameter.annotation)[1])
            elif name == "visitor":
                needs_visitor = True
            elif name in ("body", "query"):
                models[name] = _model(parameter.annotation)
            elif name != "url":
                names.append(name)
        statuses, response_model = _statuses_and_model(signature.return_annotation)
        return cls(
            endpoint=endpoint,
            method=method,
            path=path,
            summary=summary,
            operation_id=operation_id,
            tag=tag,
            grant=grant,
            statuses=(*statuses, *also),
            needs=needs,
            needs_visitor=needs_visitor,
            body=models.get("body"),
            query=models.get("query"),
            path_parameters=tuple(names),
            response_model=response_model,
            tenant_of_token=tenant_of_token,
            takes_url="url" in signature.parameters,
            round_trips=round_trips,
        )

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def scope(self) -> Scope | None:
        """None for a public endpoint."""
        return self.needs.scope if self.needs else None

    @property
    def body_optional(self) -> bool:
        return self.body is None or self.body.may_be_left_out

    @property
    def acts_at_once(self) -> bool:
        return self.body is not None and self.body.acts_at_once

    @property
    def replayable(self) -> bool:
        """Idempotency-Key is honoured on every POST and PATCH, and on PUT and DELETE too, because it costs nothing.

        A POST with the scope `read` changes nothing, and its role cannot write a record.
        """
        return self.method != "GET" and self.scope in ("write", "admin")

    @property
    def changes_by_itself(self) -> bool:
        return self.response_model is not None and self.response_model.changes_by_itself

    @property
    def shown_once(self) -> frozenset[str]:
        return self.response_model.shown_once if self.response_model else frozenset()

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
            wrong += [_field_error(name, _UNKNOWN_PARAMETER, "extra_forbidden") for name in values]
        if self.body:
            _validate(self.body, body, "body", arguments, wrong)
        else:
            wrong += [_field_error(name, UNKNOWN_FIELD, "extra_forbidden", "body") for name in body]
        if wrong:
            raise ValidationFailed(wrong)
        if caller:
            arguments["caller"] = caller
        if self.takes_url:
            arguments["url"] = request.url
        if self.needs_visitor:
            user_agent = request.headers.get("user-agent", "")
            arguments["visitor"] = Visitor(request.id, request.client_ip, user_agent)
        return arguments

    def call(self, arguments: dict[str, object]) -> Response:
        """The endpoint's response, not yet committed."""
        result = self.endpoint(**arguments)
        if isinstance(result, Response):
            return self._declared(result)
        if result is None:
            return self._declared(Response(204))
        status = 200
        if isinstance(result, Created | Accepted):
            status, result = result.status, result.view
        version = getattr(result, "version", None)
        headers = {"ETag": f'"{version}"'} if isinstance(version, int) else {}
        body = result.model_dump_json(by_alias=True)
        return self._declared(Response(status, body, headers, resource_ids=result.erasable))

    def _declared(self, response: Response) -> Response:
        if response.status not in self.statuses:
            raise AssertionError(
                f"{self.name} returns {response.status}, which its signature does not declare"
            )
        return response


def _statuses_and_model(returned: Any) -> tuple[tuple[int, ...], type[Wire] | None]:
    """The statuses of a return annotation in its order, and the model of their body."""
    statuses: list[int] = []
    models: list[type[Wire]] = []
    for outcome in get_args(returned) if get_origin(returned) in (Union, UnionType) else (returned,):
        wrapper, view = get_origin(outcome), outcome
        if outcome is None or outcome is NoneType:
            statuses.append(204)
            continue
        if wrapper in (Created, Accepted):
            statuses.append(wrapper.status)
            (view,) = get_args(outcome)
        else:
            statuses.append(200)
        if view is not Response:
            models.append(_model(view))
    if len(set(models)) > 1:
        raise TypeError(f"an endpoint returns one model, not {models}")
    return tuple(statuses), models[0] if models else None


def _model(annotation: Any) -> type[Wire]:
    if get_origin(annotation) is UnionType:
        (annotation,) = (choice for choice in get_args(annotation) if choice is not NoneType)
    if not (isinstance(annotation, type) and issubclass(annotation, Wire)):
        raise TypeError(f"body, query and response must be subclasses of Wire; this is {annotation}")
    return annotation


def _single_values(
    request: Request, query: type[Wire] | None
) -> tuple[dict[str, str | list[str]], list[FieldError]]:
    """Each parameter's value, and an error for each repeated one."""
    wrong = [
        _field_error(name, "Must not be given more than once.", "repeated")
        for name, values in request.query.items()
        if len(values) > 1
    ]
    return {name: values[-1] for name, values in request.query.items()}, wrong


def _validate(
    model: type[Wire],
    values: dict[str, Any] | dict[str, Json],
    name: str,
    arguments: dict[str, object],
    wrong: list[FieldError],
) -> None:
    try:
        # A body is strict, because JSON has types: true is not 1. A query is all text.
        arguments[name] = model.model_validate(values, strict=name == "body")
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_context=False, include_input=False):
            message = validation_message(error["type"], error["msg"])
            if message == UNKNOWN_FIELD and name == "query":
                message = _UNKNOWN_PARAMETER
            location, message = field_of(error["loc"], message, values)
            wrong.append(
                {
                    "pointer": "".join(f"/{_escaped(part)}" for part in location),
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
