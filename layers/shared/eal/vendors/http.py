"""Requests to vendors' APIs: JSON in answer, at the vendor's pace, tried again as it asks, within a budget of requests.

http.client, as in `eal.outbound.sender`: it is there already, and does all that is wanted of a client here.
The host is the vendor's own and not a customer's choice, so no address needs to be checked.
"""

import json
import random
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from eal.outbound.retry_after import seconds
from eal.vendors.said import Body

SECONDS = 10.0
LARGEST_ANSWER = 10 * 1024 * 1024
ATTEMPTS = 4
LONGEST_PAUSE = 5.0
"""Seconds that a worker sleeps through: who asks for more is asked again later."""
_TOO_MANY = 429
_DEFAULT_WAIT = 60.0

pause = time.sleep
"""Replaced by tests, which do not wait."""


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


class Spent(Exception):
    """The budget of requests is used up."""


@dataclass(slots=True, kw_only=True)
class Api:
    """One vendor's API under one key. `seconds_apart` is the pace of requests; `budget` how many there may be."""

    base: str
    headers: Mapping[str, str] = field(repr=False)
    seconds_apart: float = 0.0
    budget: int | None = None
    _asked_at: float = 0.0

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Body:
        """The JSON object at a path.

        Raises: Busy, Refused, Spent.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        for attempt in range(ATTEMPTS):
            status, wait, body = self._ask(target)
            if status == 200:
                return body
            if status != _TOO_MANY and 0 < status < 500:
                raise Refused(status)
            if wait is None:
                # CallRail's 429 names no time, and a vendor in trouble none either.
                last = attempt == ATTEMPTS - 1
                wait = _DEFAULT_WAIT if last else random.uniform(0.5, 1) * 2**attempt  # noqa: S311 - no secret
            if wait > LONGEST_PAUSE or attempt == ATTEMPTS - 1:
                raise Busy(wait)
            pause(wait)
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, target: str) -> tuple[int, float | None, Body]:
        """Status, the seconds that the vendor asks to wait, and the answer; status 0 where there was none."""
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
        try:
            connection.request(
                "GET", split.path + target, headers={"Accept": "application/json", **self.headers}
            )
            response = connection.getresponse()
            text = response.read(LARGEST_ANSWER + 1)
            wait = seconds(response.headers.get("Retry-After"))
            if (
                wait is None
                and response.headers.get("RateLimit-Remaining") == "0"
                and response.status == _TOO_MANY
            ):
                wait = seconds(response.headers.get("RateLimit-Reset"))
            return self._read(response.status, wait, text)
        except (OSError, HTTPException):
            return 0, None, {}
        finally:
            connection.close()

    def _read(self, status: int, wait: float | None, text: bytes) -> tuple[int, float | None, Body]:
        if status != 200:
            return status, wait, {}
        if len(text) > LARGEST_ANSWER:
            raise Refused(status)
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return 0, wait, {}  # half an answer, or a proxy's page: as good as none
        return (status, wait, body) if isinstance(body, dict) else (0, wait, {})

    def _keep_pace(self) -> None:
        early = self._asked_at + self.seconds_apart - time.monotonic()
        if self._asked_at and early > 0:
            pause(early)
        self._asked_at = time.monotonic()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
