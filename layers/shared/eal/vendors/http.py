"""Requests to vendors' APIs: JSON in answer, at the vendor's pace, tried again as it asks, within a budget of requests.

http.client, as in `eal.core.outbound.sender`: it is there already, and does all that is wanted of a client here.
The host is the vendor's own and not a customer's choice, so no address needs to be checked.
"""

import json
import random
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from eal.core import observe
from eal.core.outbound.retry_after import seconds
from eal.vendors.loose_json import Body

SECONDS = 10.0
LARGEST_ANSWER = 10 * 1024 * 1024
ATTEMPTS = 4
LONGEST_PAUSE = 5.0
"""Seconds that a worker sleeps through: who asks for more is asked again later."""
_WRONG_KEY, _TOO_MANY = 401, 429
_DEFAULT_WAIT = 60.0

pause = time.sleep
"""Replaced by tests, which do not wait."""

_asked_at: dict[tuple[str, str], float] = {}
"""When each key was asked with last, by address and key: a worker makes a client for each message, and the vendor
counts their requests together."""


class Busy(Exception):
    """The vendor cannot answer now. `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"the vendor is to be asked again in {retry_after:.0f} s")
        self.retry_after = retry_after


class Refused(Exception):
    """The vendor will not answer this, however often it is asked."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the vendor answered {status}")
        self.status = status


class TooLarge(Exception):
    """The answer has more bytes than we read, and will have them the next time."""


class Spent(Exception):
    """The budget of requests is used up."""


class _NoJson(Exception):
    """Half an answer, or a proxy's page: as good as none."""


class _BrokenChunk(HTTPException):
    """http.client meets a chunk of size -2 with a ValueError, the one fault of an answer that it has no name for."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """`wait` is how many seconds the vendor asks to wait."""

    status: int
    wait: float | None
    text: bytes


@dataclass(slots=True, kw_only=True)
class Api:
    """One vendor's API under one key. `seconds_apart` is the pace of requests; `budget` how many there may be."""

    base: str
    authorization: str = field(repr=False)
    seconds_apart: float = 0.0
    budget: int | None = None

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Body:
        """The JSON object at a path.

        Raises: Busy, Refused, TooLarge, Spent.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        for attempt in range(ATTEMPTS):
            fault: Exception | None = None
            wait = None
            try:
                answer = self._ask(target)
                if answer.status == 200:
                    return _object(answer.text)
                if answer.status != _TOO_MANY and answer.status < 500:
                    raise Refused(answer.status)
                wait = answer.wait
            except (OSError, HTTPException, _NoJson) as failed:
                fault = failed
                observe.logger.warning("vendor_not_read", fault=type(fault).__name__)
            last = attempt == ATTEMPTS - 1
            if wait is None:
                # CallRail's 429 names no time, and a vendor in trouble none either.
                wait = _DEFAULT_WAIT if last else random.uniform(0.5, 1) * 2**attempt  # noqa: S311 - no secret
            if wait > LONGEST_PAUSE or last:
                raise Busy(wait) from fault
            pause(wait)
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, target: str) -> _Answer:
        """Raises: OSError or HTTPException where there is no answer; Refused, Spent."""
        if not self.authorization.isascii() or not self.authorization.isprintable():
            # No header carries it, and http.client's own error would show it in a log: a wrong key, as the vendor says.
            raise Refused(_WRONG_KEY)
        if self.budget is not None:
            if self.budget == 0:
                raise Spent
            self.budget -= 1
        self._keep_pace()
        split = urlsplit(self.base)
        connection = (
            HTTPSConnection(split.hostname or "", timeout=SECONDS, context=_tls())
            if split.scheme == "https"
            else HTTPConnection(split.hostname or "", split.port, timeout=SECONDS)
        )
        headers = {
            "Accept": "application/json",
            "Authorization": self.authorization,
            "User-Agent": "EAL/1.0",
        }
        try:
            connection.request("GET", split.path + target, headers=headers)
            response = connection.getresponse()
            return _Answer(response.status, _wait(response), _beginning(response))
        finally:
            connection.close()

    def _keep_pace(self) -> None:
        if not self.seconds_apart:
            return
        now, asked_at = time.monotonic(), _asked_at.get((self.base, self.authorization))
        if asked_at is not None and (early := asked_at + self.seconds_apart - now) > 0:
            pause(early)
        _asked_at[self.base, self.authorization] = time.monotonic()


def _wait(response: HTTPResponse) -> float | None:
    wait = seconds(response.headers.get("Retry-After"))
    if wait is None and response.status == _TOO_MANY and response.headers.get("RateLimit-Remaining") == "0":
        return seconds(response.headers.get("RateLimit-Reset"))
    return wait


def _beginning(response: HTTPResponse) -> bytes:
    """The answer's text, or so much of one that is too large that its size tells."""
    try:
        return response.read(LARGEST_ANSWER + 1)
    except ValueError as fault:
        raise _BrokenChunk from fault


def _object(text: bytes) -> Body:
    """Raises: TooLarge, _NoJson."""
    if len(text) > LARGEST_ANSWER:
        raise TooLarge(f"the answer has more than {LARGEST_ANSWER} bytes")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise _NoJson from None  # the parser's error holds the text
    if not isinstance(body, dict):
        raise _NoJson
    return body


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
