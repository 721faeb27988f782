"""Requests to vendors' APIs: JSON in and out, paced, retried as the vendor requests, within a budget of requests.

This uses http.client, as `eal.core.outbound.sender` does: it is in the standard library and sufficient here. The host
is the vendor's own and not chosen by a customer, so its address is not checked.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from eal.core import observe
from eal.core.outbound.retry_after import seconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse

    from eal.core.json import Json
    from eal.vendors.loose_json import Body

TIMEOUT_SECONDS = 10.0
MAX_RESPONSE_BYTES = 10 * 1024 * 1024
MAX_ATTEMPTS = 4
MAX_PAUSE_SECONDS = 5.0
"""The longest pause for which a worker sleeps. For a longer one, the client raises Busy."""
MIN_PAUSE_SECONDS = 0.5
"""Minimum pause, also if the vendor requests none."""
_UNAUTHORIZED, _CONFLICT, _TOO_MANY_REQUESTS = 401, 409, 429
_DEFAULT_WAIT_SECONDS = 60.0
_NONE: Mapping[str, str] = {}
_JSON: Mapping[str, str] = {"Content-Type": "application/json"}
_FORM: Mapping[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}

pause = time.sleep
"""Replaced by tests, which do not wait."""

_last_request_at: dict[tuple[str, str], float] = {}
"""Monotonic time of the last request, by address and key. Clients share it, because a worker creates a client for each
message and the vendor counts requests per key."""


class Busy(Exception):
    """The vendor does not respond now. `retry_after` is in seconds, more than MAX_PAUSE_SECONDS. `may_have_arrived`: an
    attempt had no response, or one of a faulty server, so the vendor may have carried out the request. `is_throttled`:
    no request is accepted before then."""

    def __init__(
        self, retry_after: float, *, may_have_arrived: bool = True, is_throttled: bool = False
    ) -> None:
        super().__init__(f"the vendor requests a retry in {retry_after:.0f} s")
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived
        self.is_throttled = is_throttled


class VendorRefused(Exception):
    """The vendor refuses the request, and a retry would not change that. `body` is its response, empty if that is no
    JSON. `may_have_arrived`: the vendor may have carried out an earlier attempt."""

    may_have_arrived = False

    def __init__(self, status: int, body: Body | None = None) -> None:
        super().__init__(f"the vendor returned {status}")
        self.status = status
        self.body = body or {}


class ResponseTooLarge(Exception):
    """The response is larger than MAX_RESPONSE_BYTES, and a retry would not change that."""


class RequestBudgetSpent(Exception):
    """The budget of requests is used up."""


class _NoJson(Exception):
    """A truncated response, or a proxy's page. Retried like no response."""


class _BrokenChunk(HTTPException):
    """http.client raises ValueError for a chunk of size -2, and HTTPException for all other broken responses."""


@dataclass(frozen=True, slots=True)
class _Response:
    """`wait` are the seconds that the vendor requests to wait."""

    status: int
    wait: float | None
    text: bytes


@dataclass(slots=True, kw_only=True)
class VendorApi:
    """A vendor's API under one key or none. `seconds_apart` is the minimum time between requests, `budget` their
    maximum number. `waits` are errors that end by themselves, by the `name` in the vendor's response, with the seconds
    to wait if the response has no Retry-After."""

    base: str
    authorization: str = field(repr=False)
    seconds_apart: float = 0.0
    budget: int | None = None
    waits: Mapping[str, float] = field(default_factory=dict)
    attempts: int = MAX_ATTEMPTS
    timeout_seconds: float = TIMEOUT_SECONDS

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Body:
        """The JSON object at a path.

        Raises: Busy, VendorRefused, ResponseTooLarge, RequestBudgetSpent.
        """
        return self._retried("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: Mapping[str, Json], *, idempotency_key: str) -> Body:
        """The response to a JSON object. The vendor recognises a repeated request by the key.

        Raises: Busy, VendorRefused, ResponseTooLarge, RequestBudgetSpent.
        """
        return self._retried("POST", path, _encoded(body), {**_JSON, "Idempotency-Key": idempotency_key})

    def post_form(self, path: str, form: Mapping[str, str]) -> Body:
        """The response to a form. The vendor may carry out a repeated request again.

        Raises: Busy, VendorRefused, ResponseTooLarge, RequestBudgetSpent.
        """
        return self._retried("POST", path, urlencode(form).encode(), _FORM)

    def put(self, path: str, body: Mapping[str, Json]) -> Body:
        """The response to a JSON object that replaces what is at the path.

        Raises: Busy, VendorRefused, ResponseTooLarge, RequestBudgetSpent.
        """
        return self._retried("PUT", path, _encoded(body), _JSON)

    def delete(self, path: str) -> None:
        """Delete what is at the path.

        Raises: Busy, VendorRefused, ResponseTooLarge, RequestBudgetSpent.
        """
        self._retried("DELETE", path)

    def _retried(
        self, method: str, target: str, content: bytes | None = None, headers: Mapping[str, str] = _NONE
    ) -> Body:
        may_have_arrived = False
        for attempt in range(self.attempts):
            fault: Exception | None = None
            wait = None
            is_throttled = False
            try:
                response = self._request(method, target, content, headers)
                if response.status in (200, 201):
                    return _parse_object(response.text)
                wait = self._wait(response)
                is_throttled = response.status == _TOO_MANY_REQUESTS
                # A conflict is one with an earlier request of the same key.
                may_have_arrived |= response.status >= 500 or response.status == _CONFLICT
            except VendorRefused as refused:
                refused.may_have_arrived = may_have_arrived
                raise
            except (OSError, HTTPException, _NoJson) as failure:
                fault = failure
                may_have_arrived = True
                observe.logger.warning("vendor_not_read", fault=type(fault).__name__)
            if attempt == self.attempts - 1 and (wait is None or wait <= MAX_PAUSE_SECONDS):
                # The attempts have paused for such a wait in vain. If it is 0, a worker that defers its message by it
                # would be invoked again at once, for as long as the vendor is busy.
                wait = _DEFAULT_WAIT_SECONDS
            elif wait is None:
                # CallRail's 429 has no Retry-After, and a 5xx response may have none.
                wait = random.uniform(0.5, 1) * 2**attempt  # noqa: S311 - no secret
            if wait > MAX_PAUSE_SECONDS:
                raise Busy(wait, may_have_arrived=may_have_arrived, is_throttled=is_throttled) from fault
            pause(max(wait, MIN_PAUSE_SECONDS))
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, response: _Response) -> float | None:
        """The seconds until the request can be repeated, None if the vendor does not say.

        Raises: VendorRefused.
        """
        if response.status >= 500:
            return response.wait
        body = _object_or_empty(response.text)
        known = self.waits.get(str(body.get("name")))
        if response.status != _TOO_MANY_REQUESTS and known is None:
            raise VendorRefused(response.status, body)
        return known if response.wait is None else response.wait

    def _request(
        self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]
    ) -> _Response:
        """Raises: OSError or HTTPException if there is no response; VendorRefused, RequestBudgetSpent."""
        if not self.authorization.isascii() or not self.authorization.isprintable():
            # No header can contain this key, and http.client's error would log it: treated as a wrong key.
            raise VendorRefused(_UNAUTHORIZED)
        if self.budget is not None:
            if self.budget == 0:
                raise RequestBudgetSpent
            self.budget -= 1
        self._keep_pace()
        split = urlsplit(self.base)
        connection = (
            HTTPSConnection(split.hostname or "", timeout=self.timeout_seconds, context=_tls())
            if split.scheme == "https"
            else HTTPConnection(split.hostname or "", split.port, timeout=self.timeout_seconds)
        )
        common = {"Accept": "application/json", "User-Agent": "EAL/1.0"}
        if self.authorization:
            common["Authorization"] = self.authorization
        try:
            connection.request(method, split.path + target, content, {**common, **headers})
            response = connection.getresponse()
            return _Response(response.status, _requested_wait(response), _read_limited(response))
        finally:
            connection.close()

    def _keep_pace(self) -> None:
        if not self.seconds_apart:
            return
        now, last_at = time.monotonic(), _last_request_at.get((self.base, self.authorization))
        if last_at is not None and (early := last_at + self.seconds_apart - now) > 0:
            pause(early)
        _last_request_at[self.base, self.authorization] = time.monotonic()


def _requested_wait(response: HTTPResponse) -> float | None:
    wait = seconds(response.headers.get("Retry-After"))
    if (
        wait is None
        and response.status == _TOO_MANY_REQUESTS
        and response.headers.get("RateLimit-Remaining") == "0"
    ):
        return seconds(response.headers.get("RateLimit-Reset"))
    return wait


def _read_limited(response: HTTPResponse) -> bytes:
    """The body, up to one byte more than MAX_RESPONSE_BYTES."""
    try:
        return response.read(MAX_RESPONSE_BYTES + 1)
    except ValueError as fault:
        raise _BrokenChunk from fault


def _encoded(body: Mapping[str, Json]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def _parse_object(text: bytes) -> Body:
    """Raises: ResponseTooLarge, _NoJson."""
    if len(text) > MAX_RESPONSE_BYTES:
        raise ResponseTooLarge(f"the response has more than {MAX_RESPONSE_BYTES} bytes")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise _NoJson from None  # the parser's error contains the text
    if not isinstance(body, dict):
        raise _NoJson
    return body


def _object_or_empty(text: bytes) -> Body:
    try:
        return _parse_object(text)
    except (ResponseTooLarge, _NoJson):
        return {}


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
