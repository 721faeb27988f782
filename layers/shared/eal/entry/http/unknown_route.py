"""The catch-all routes: 404, or 405 with Allow if the path has other methods."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.errors import ApiError, MethodNotAllowed, NotFound
from eal.entry.http import openapi
from eal.entry.http.request import Request, error_response

if TYPE_CHECKING:
    from eal.entry.http.request import ProxyEvent, ProxyResponse


def handler(event: ProxyEvent, context: object) -> ProxyResponse:
    """The Lambda handler, for API Gateway REST proxy events of the catch-all routes."""
    started = time.perf_counter()
    request = Request(event)
    observe.begin(request.id, route="unknown")
    response = error_response(_refusal(request), request.id)
    observe.logger.info(
        "request", status=response.status, ms=round((time.perf_counter() - started) * 1000, 1)
    )
    return response.as_proxy_response(request.id, {})


def _refusal(request: Request) -> ApiError:
    methods = openapi.methods_of(request.path)
    if not methods or request.method in methods:
        return NotFound("This path does not exist.")
    allowed = sorted(methods)
    refusal = MethodNotAllowed(
        f"This path does not support this method. Use {' or '.join(allowed)}.", allowed=allowed
    )
    refusal.headers["Allow"] = ", ".join(allowed)
    return refusal
