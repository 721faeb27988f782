"""An endpoint's Lambda: `app = Api()`, one decorated function, `handler = app.handler`.

Plain code and not Powertools' resolver (README, Decisions): the resolver validates before any middleware of ours runs,
so a request without a key would learn about its body's faults first; and the answer must be known before the commit,
because the idempotency record in the transaction holds it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from eal import observe
from eal.cursor import CursorScope
from eal.entry import auth, idempotency
from eal.entry.auth import Admission
from eal.entry.idempotency import Idempotency, Replay
from eal.entry.parents import read_for_child, read_only
from eal.entry.request import Answer, Request, error_answer
from eal.entry.route import Endpoint, Route
from eal.errors import ApiError, Conflict, InternalError, InvalidRequest, Unavailable
from eal.listing import ListQuery
from eal.table.write import ANY_VERSION, AlreadyWritten, Stale

if TYPE_CHECKING:
    from collections.abc import Container

    from eal.caller import Caller
    from eal.entry.request import ProxyEvent, ProxyResponse
    from eal.organizations.grants.wire import Grantable

type Decorator = Callable[[Endpoint], Endpoint]

_TRIES = 4
"""How often a request reads and decides again because somebody else changed the same resource meanwhile."""
_ENTITY_TAG = re.compile(r'(?:W/)?"[!#-~\x80-\U0010ffff]*"')
"""RFC 9110, section 8.8.3: a comma may stand within it."""
_ENTITY_TAGS = re.compile(rf"[ \t,]*{_ENTITY_TAG.pattern}(?:[ \t]*,[ \t,]*{_ENTITY_TAG.pattern})*[ \t,]*")
_OUR_TAG = re.compile(r'"([1-9][0-9]{0,17})"')
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
    """One endpoint. Its handler answers every request with JSON and the headers of every answer, whatever happens."""

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
        operation_id: str,
        tag: str,
        grant: Grantable | None = None,
        status_code: int = 200,
        also: tuple[int, ...] = (),
    ) -> Decorator:
        """`also` are the statuses that a success may have besides its usual one; `grant` as in Route."""
        return self._endpoint("GET", path, operation_id, tag, grant, (status_code, *also))

    def post(
        self, path: str, *, operation_id: str, tag: str, status_code: int = 200, also: tuple[int, ...] = ()
    ) -> Decorator:
        return self._endpoint("POST", path, operation_id, tag, None, (status_code, *also))

    def put(
        self, path: str, *, operation_id: str, tag: str, status_code: int = 200, also: tuple[int, ...] = ()
    ) -> Decorator:
        return self._endpoint("PUT", path, operation_id, tag, None, (status_code, *also))

    def patch(
        self, path: str, *, operation_id: str, tag: str, status_code: int = 200, also: tuple[int, ...] = ()
    ) -> Decorator:
        return self._endpoint("PATCH", path, operation_id, tag, None, (status_code, *also))

    def delete(
        self, path: str, *, operation_id: str, tag: str, status_code: int = 204, also: tuple[int, ...] = ()
    ) -> Decorator:
        return self._endpoint("DELETE", path, operation_id, tag, None, (status_code, *also))

    def _endpoint(
        self,
        method: str,
        path: str,
        operation_id: str,
        tag: str,
        grant: Grantable | None,
        statuses: tuple[int, ...],
    ) -> Decorator:
        def decorate(endpoint: Endpoint) -> Endpoint:
            if self._route is not None:
                raise AssertionError("an Api has one endpoint: make another function folder for another one")
            self._route = Route.of(
                endpoint,
                method=method,
                path=path,
                operation_id=operation_id,
                tag=tag,
                grant=grant,
                statuses=statuses,
            )
            return endpoint

        return decorate

    def handler(self, event: ProxyEvent, context: object) -> ProxyResponse:
        """The Lambda handler, for API Gateway REST proxy events."""
        started = time.perf_counter()
        request = Request.of(event)
        admission = Admission()
        observe.begin(request.id, route=self.route.name)
        try:
            answer = self._answer(request, admission)
        except ApiError as error:
            answer = error_answer(error, request.id)
        except (ClientError, BotoCoreError) as fault:
            answer = error_answer(_aws_fault(fault), request.id)
        except Exception:
            # The edge: whatever is wrong, the caller gets an envelope, and the log gets the trace.
            observe.logger.exception("unexpected_error")
            answer = error_answer(InternalError("Something went wrong on our side."), request.id)
        observe.count("requests")
        if answer.status >= 500:
            observe.count("server_errors")
        observe.logger.info(
            "request", status=answer.status, ms=round((time.perf_counter() - started) * 1000, 1)
        )
        observe.flush()
        return answer.response(request.id, admission.headers())

    def _answer(self, request: Request, admission: Admission) -> Answer:
        route = self.route
        if route.scope is None:
            return route.call(route.arguments(request, {}, None))
        caller = auth.authenticate(request, route.scope, admission)
        if (child := request.headers.get("x-eal-organization")) is not None:
            read_for_child(caller, child, route.grant, request.method)
        caller.write.if_match = _versions_in(request.headers.get("if-match"))
        body = {} if route.method == "GET" else request.json_object(optional=route.body_optional)
        replayable = idempotency.of(request, caller, body) if route.replayable else None
        arguments = route.arguments(request, body, caller)
        query = arguments.get("query")
        if isinstance(query, ListQuery):
            caller.cursor_scope = _cursor_scope(caller, request, query)
        try:
            with replayable.held() if route.acts_at_once and replayable else nullcontext():
                answer = self._commit(arguments, caller, replayable)
        except Replay as replay:
            return replay.answer
        except ApiError:
            # The change may be refused because it was made already, by the first request with this key.
            if replayable is None:
                raise
            try:
                replayable.replay_if_recorded()
            except Replay as replay:
                return replay.answer
            raise
        return answer if route.changes_by_itself else _not_modified(request, answer) or answer

    def _commit(self, arguments: dict[str, object], caller: Caller, replayable: Idempotency | None) -> Answer:
        """Run the endpoint and commit what it wrote; again from its reads if those were overtaken."""
        for _ in range(_TRIES):
            try:
                answer = self.route.call(arguments)
                if caller.reads_for_child and not caller.write.is_empty:
                    raise read_only()
                kept = replayable.record(answer, self.route.shown_once) if replayable else ()
                caller.write.commit(*kept)
                return answer
            except (Stale, AlreadyWritten):
                caller.write, caller.answer_status = caller.write.afresh(), None
        raise Conflict("The resource is being changed by others; read it again and repeat the change.")


def _versions_in(if_match: str | None) -> Container[int] | None:
    """The versions in an If-Match header: `"7"`, or several, or `*` for any. A weak tag, or one that is none of ours,
    matches none (RFC 9110).

    Raises: InvalidRequest for what is no entity tag.
    """
    if if_match is None:
        return None
    if if_match.strip() == "*":
        return ANY_VERSION
    if not _ENTITY_TAGS.fullmatch(if_match):
        raise InvalidRequest('If-Match must be an ETag that we sent, such as "3", a list of them, or *.')
    ours = map(_OUR_TAG.fullmatch, _ENTITY_TAG.findall(if_match))
    return frozenset(int(tag[1]) for tag in ours if tag)


def _not_modified(request: Request, answer: Answer) -> Answer | None:
    wanted, etag = request.headers.get("if-none-match"), answer.headers.get("ETag")
    if request.method != "GET" or not wanted or not etag or answer.status != 200:
        return None
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return Answer(304, "", {"ETag": etag}) if etag in tags or "*" in tags else None


def _cursor_scope(caller: Caller, request: Request, query: ListQuery) -> CursorScope:
    return CursorScope(
        organization_id=caller.organization_id,
        mode=caller.mode,
        route=f"{request.method} {request.path}",
        filters=query.filters(),
    )


def _aws_fault(fault: ClientError | BotoCoreError) -> ApiError:
    code = fault.response.get("Error", {}).get("Code", "") if isinstance(fault, ClientError) else ""
    if isinstance(fault, BotoCoreError) or code in _RETRYABLE:
        observe.logger.warning("aws_unavailable", fault=type(fault).__name__, code=code)
        return Unavailable()
    observe.logger.exception("aws_refused", code=code)
    return InternalError("Something went wrong on our side.")
