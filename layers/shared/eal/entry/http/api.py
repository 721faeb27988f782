"""An endpoint's Lambda: `app = Api()`, one decorated function, `handler = app.handler`.

Plain code, not Powertools' resolver (docs/decisions/0002): the resolver validates before any middleware of ours runs,
so a request without a key would learn about its body's faults first; and the response must be known before the commit,
because the idempotency record in the transaction holds it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from eal.core import aws, observe
from eal.core.errors import ApiError, Conflict, InternalError, InvalidRequest, Unavailable
from eal.core.listing import ListQuery
from eal.core.table import item
from eal.core.table.write import AlreadyWritten, Stale
from eal.core.transaction import ANY_VERSION, MAX_TRIES
from eal.domain.api_keys.model import ApiKey
from eal.entry.http import auth, idempotency
from eal.entry.http.auth import Admission
from eal.entry.http.idempotency import Idempotency, ReplayedRequest
from eal.entry.http.parents import read_for_child, read_only
from eal.entry.http.request import Request, Response, error_response
from eal.entry.http.route import Endpoint, Route, TokenReader

if TYPE_CHECKING:
    from collections.abc import Container

    from eal.core.caller import Caller
    from eal.domain.organizations.grants.wire import Grantable
    from eal.entry.http.request import ProxyEvent, ProxyResponse

type Decorator = Callable[[Endpoint], Endpoint]

# Texts, which `re` compiles on first use: compiled here, they would cost every cold start four milliseconds.
_ENTITY_TAG = r'(?:W/)?"[!#-~\x80-\U0010ffff]*"'
"""RFC 9110, section 8.8.3. It may contain a comma."""
_ENTITY_TAGS = rf"[ \t,]*{_ENTITY_TAG}(?:[ \t]*,[ \t,]*{_ENTITY_TAG})*[ \t,]*"
_OUR_TAG = r'"([1-9][0-9]{0,17})"'
_RETRYABLE = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class Api:
    """One endpoint. Its handler returns JSON and the common headers for every request, including unexpected errors."""

    def __init__(self) -> None:
        self._route: Route | None = None

    @property
    def route(self) -> Route:
        if self._route is None:
            raise AssertionError("this Api has no endpoint: decorate a function with @app.get, @app.post, …")
        return self._route

    def get(
        self,
        path: str,
        *,
        summary: str,
        operation_id: str,
        tag: str,
        grant: Grantable | None = None,
        also: tuple[int, ...] = (),
        tenant_of_token: TokenReader | None = None,
        round_trips: int | None = None,
    ) -> Decorator:
        """`grant`, `tenant_of_token` and `round_trips` as in Route. `also` are statuses that a `Response` may have and
        the signature does not say.
        """
        return self._endpoint(
            "GET", path, summary, operation_id, tag, round_trips, grant, also, tenant_of_token
        )

    def post(
        self, path: str, *, summary: str, operation_id: str, tag: str, round_trips: int | None = None
    ) -> Decorator:
        return self._endpoint("POST", path, summary, operation_id, tag, round_trips)

    def put(
        self, path: str, *, summary: str, operation_id: str, tag: str, round_trips: int | None = None
    ) -> Decorator:
        return self._endpoint("PUT", path, summary, operation_id, tag, round_trips)

    def patch(
        self, path: str, *, summary: str, operation_id: str, tag: str, round_trips: int | None = None
    ) -> Decorator:
        return self._endpoint("PATCH", path, summary, operation_id, tag, round_trips)

    def delete(
        self, path: str, *, summary: str, operation_id: str, tag: str, round_trips: int | None = None
    ) -> Decorator:
        return self._endpoint("DELETE", path, summary, operation_id, tag, round_trips)

    def _endpoint(
        self,
        method: str,
        path: str,
        summary: str,
        operation_id: str,
        tag: str,
        round_trips: int | None,
        grant: Grantable | None = None,
        also: tuple[int, ...] = (),
        tenant_of_token: TokenReader | None = None,
    ) -> Decorator:
        def decorate(endpoint: Endpoint) -> Endpoint:
            if self._route is not None:
                raise AssertionError("an Api has one endpoint: make another function folder for another one")
            self._route = Route.of(
                endpoint,
                method=method,
                path=path,
                summary=summary,
                operation_id=operation_id,
                tag=tag,
                grant=grant,
                also=also,
                tenant_of_token=tenant_of_token,
                round_trips=round_trips,
            )
            _prepare(self._route)
            return endpoint

        return decorate

    def handler(self, event: ProxyEvent, context: object) -> ProxyResponse:
        """The Lambda handler, for API Gateway REST proxy events."""
        started = time.perf_counter()
        request = Request(event)
        admission = Admission()
        observe.begin(request.id, route=self.route.name)
        try:
            response = self._response(request, admission)
        except ApiError as error:
            response = error_response(error, request.id)
        except (aws.Refused, aws.Unreachable) as fault:
            response = error_response(_aws_fault(fault), request.id)
        except Exception:
            # The edge: the caller always gets an envelope, and the log gets the trace.
            observe.logger.exception("unexpected_error")
            response = error_response(InternalError("An internal error occurred. Try again."), request.id)
        observe.logger.info(
            "request", status=response.status, ms=round((time.perf_counter() - started) * 1000, 1)
        )
        observe.flush()
        return response.as_proxy_response(request.id, admission.headers())

    def _response(self, request: Request, admission: Admission) -> Response:
        route = self.route
        if route.needs is None:
            public_body = request.json_object(optional=route.body_optional) if route.body else {}
            response = route.call(route.arguments(request, public_body, None))
            return _not_modified(request, response) or response
        caller = auth.by_token(request, route.tenant_of_token) if route.tenant_of_token else None
        if caller is None:
            caller = auth.authenticate(request, route.needs, admission)
            if (child := request.headers.get("x-eal-organization")) is not None:
                caller = read_for_child(caller, child, route.grant, request.method)
        caller.transaction.if_match = _versions_in(request.headers.get("if-match"))
        body = {} if route.method == "GET" else request.json_object(optional=route.body_optional)
        replayable = idempotency.of(request, caller, body) if route.replayable else None
        arguments = route.arguments(request, body, caller)
        query = arguments.get("query")
        if isinstance(query, ListQuery):
            query.bind(f"{request.method} {request.path}")
        try:
            with replayable.locked() if route.acts_at_once and replayable else nullcontext():
                response = self._commit(arguments, caller, replayable)
        except ReplayedRequest as replay:
            return replay.response
        except ApiError:
            # The change may be refused because the first request with this key has made it.
            if replayable is None:
                raise
            try:
                replayable.replay_if_recorded()
            except ReplayedRequest as replay:
                return replay.response
            raise
        return response if route.changes_by_itself else _not_modified(request, response) or response

    def _commit(
        self, arguments: dict[str, object], caller: Caller, replayable: Idempotency | None
    ) -> Response:
        """Run the endpoint and commit its transaction; start again from its reads if they were stale."""
        for _ in range(MAX_TRIES):
            try:
                response = self.route.call(arguments)
                if caller.reads_for_child and not caller.transaction.is_empty:
                    raise read_only()
                record = replayable.record(response, self.route.shown_once) if replayable else ()
                caller.transaction.commit(*record)
                return response
            except (Stale, AlreadyWritten):
                caller = caller.with_new_transaction()
                arguments["caller"] = caller
        raise Conflict(
            "The resource was changed by other requests at the same time. Read it again and repeat the change."
        )


def _prepare(route: Route) -> None:
    """Create the client and the validators of the first request while Lambda initialises the process."""
    models = [model for model in (route.body, route.query, route.response_model) if model]
    aws.prepare(*(model.model_rebuild for model in models))
    if route.scope:
        aws.prepare(aws.dynamodb, lambda: item.prepare(ApiKey))


def _versions_in(if_match: str | None) -> Container[int] | None:
    """The versions in an If-Match header: `"7"`, or several, or `*` for any. Weak tags, and tags that this API did
    not issue, match nothing (RFC 9110).

    Raises: InvalidRequest if the header is malformed.
    """
    if if_match is None:
        return None
    if if_match.strip() == "*":
        return ANY_VERSION
    if not re.fullmatch(_ENTITY_TAGS, if_match):
        raise InvalidRequest(
            'If-Match must be an ETag from an earlier response, such as "3", a list of ETags, or *.'
        )
    ours = (re.fullmatch(_OUR_TAG, tag) for tag in re.findall(_ENTITY_TAG, if_match))
    return frozenset(int(tag[1]) for tag in ours if tag)


def _not_modified(request: Request, response: Response) -> Response | None:
    if_none_match, etag = request.headers.get("if-none-match"), response.headers.get("ETag")
    if request.method != "GET" or not if_none_match or not etag or response.status != 200:
        return None
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return Response(304, "", response.headers) if etag.removeprefix("W/") in tags or "*" in tags else None


def _aws_fault(fault: aws.Refused | aws.Unreachable) -> ApiError:
    code = fault.code if isinstance(fault, aws.Refused) else ""
    if isinstance(fault, aws.Unreachable) or code in _RETRYABLE:
        observe.logger.warning("aws_unavailable", fault=type(fault).__name__, code=code)
        return Unavailable()
    observe.logger.exception("aws_refused", code=code)
    return InternalError("An internal error occurred. Try again.")
