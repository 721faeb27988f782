"""Requests to the API with the member's session, in parallel, each with a deadline."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import urllib3

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal_dashboard.operations import Json

CONNECT_SECONDS = 3.0
READ_SECONDS = 12.0
"""Twice this is less than the time-out of the function, because a change is tried twice."""
_POOL = urllib3.PoolManager(maxsize=8, retries=False)
_WORKERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="api")


@dataclass(frozen=True)
class ClientRequest:
    operation: str
    path: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    idempotency_key: str = ""
    etag: str = ""


@dataclass(frozen=True)
class ClientResponse:
    status: int
    body: Json
    etag: str = ""
    request_id: str = ""
    csv: bytes = b""
    path: str = ""
    """Path of the request, with its query, below the address of the API."""

    @property
    def is_success(self) -> bool:
        return self.status < 400

    @property
    def code(self) -> str:
        return str(self._error.get("code", ""))

    @property
    def message(self) -> str:
        return str(self._error.get("message", "The API did not respond."))

    @property
    def details(self) -> Json:
        found = self._error.get("details", {})
        return found if isinstance(found, dict) else {}

    @property
    def _error(self) -> Json:
        found = self.body.get("error", {})
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Client:
    """The API as one member sees it. The audit log names `ip`, and the list of sessions `browser`."""

    session: str
    ip: str
    browser: str = ""

    def get_all(self, requests: Sequence[ClientRequest]) -> list[ClientResponse]:
        """All responses, in the order of the requests, after the time of the slowest."""
        if len(requests) == 1:
            return [self.send(requests[0])]
        return list(_WORKERS.map(self.send, requests))

    def send(self, request: ClientRequest) -> ClientResponse:
        """The response, or one of status 504 if there is none.

        A request without a response is sent a second time, with the same Idempotency-Key: the API then repeats its
        first response instead of the change.
        """
        first = self._try(request)
        return first if first is not None else self._try(request) or _NO_RESPONSE

    def _try(self, request: ClientRequest) -> ClientResponse | None:
        operation = OPERATIONS[request.operation]
        path = filled(operation.path, request.path)
        if request.query:
            path += "?" + urlencode(request.query, quote_via=quote)
        address = os.environ["API_URL"] + path
        headers = {"Accept": "application/json", "X-EAL-Client-IP": self.ip}
        if self.browser:
            headers["User-Agent"] = self.browser
        if self.session:
            headers["Authorization"] = f"Bearer {self.session}"
        if request.idempotency_key:
            headers["Idempotency-Key"] = request.idempotency_key
        if request.etag:
            headers["If-Match"] = request.etag
        content = None
        if request.body is not None:
            content = json.dumps(request.body).encode()
            headers["Content-Type"] = "application/json"
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        try:
            response = _POOL.request(
                operation.method, address, body=content, headers=headers, timeout=timeout
            )
        except urllib3.exceptions.HTTPError:
            return None
        return ClientResponse(
            response.status,
            _object(response.data),
            response.headers.get("ETag", ""),
            response.headers.get("X-Request-Id", ""),
            response.data if response.headers.get("Content-Type", "").startswith("text/csv") else b"",
            path,
        )


_NO_RESPONSE = ClientResponse(
    504, {"error": {"code": "unavailable", "message": "The API did not respond in time."}}
)


def _object(content: bytes) -> Json:
    """The JSON object of a body; empty for 204, and for the HTML that a gateway in between may send."""
    try:
        value = json.loads(content or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
