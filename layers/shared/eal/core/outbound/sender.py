"""One POST to a checked address: one timeout for all of it, no redirects, 4 KiB of the response, kept connections."""

from __future__ import annotations

import ssl
import time
from collections import defaultdict
from http.client import HTTPException, HTTPResponse
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from eal.core import settings
from eal.core.moment import Moment
from eal.core.outbound import retry_after
from eal.core.outbound.address import Blocked, Unresolved, resolve
from eal.core.outbound.connection import Origin, OutboundConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.core.outbound.address import Target
    from eal.core.outbound.faults import Fault

TOTAL_SECONDS = 15.0
MAX_RESPONSE_BYTES = 4096
"""Maximum size of the part of a response's body that is read, and of the text that is made of it."""
_MAX_BYTES_READ = 65_536
"""Maximum size of one response with its head, interim responses, and the framing of chunks."""
_FINAL = 200
"""The lowest status of a response that no other follows."""
_MAX_IDLE_SECONDS = 30.0
_MAX_IDLE_CONNECTIONS = 64


class ReceiverReply(NamedTuple):
    """The result of a POST: a status and the first 4 KiB of the response, or a fault. `retry_after` is in seconds."""

    duration_ms: int
    status_code: int | None = None
    response: str | None = None
    error: Fault | None = None
    retry_after: float | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def send(url: str, body: bytes, headers: Mapping[str, str], *, within: float | None = None) -> ReceiverReply:
    """Check the address and send a JSON body there. Faults of the address or the receiver are in the reply.

    All of it takes at most `within` seconds, by default TOTAL_SECONDS. Only the local stack may use loopback.
    """
    started = time.monotonic()
    try:
        target = resolve(url, loopback=settings.is_local())
    except Blocked:
        return ReceiverReply(duration_ms=_since(started), error="blocked_address")
    except Unresolved:
        return ReceiverReply(duration_ms=_since(started), error="unresolved_host")
    return _post(target, body, headers, started, TOTAL_SECONDS if within is None else within)


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> ReceiverReply:
    """Send a JSON body. Faults of the network or the receiver are in the reply."""
    return _post(target, body, headers, time.monotonic(), TOTAL_SECONDS)


def _post(
    target: Target, body: bytes, headers: Mapping[str, str], started: float, within: float
) -> ReceiverReply:
    status_code, response, after = None, None, None
    error: Fault | None = None
    try:
        status_code, response, after = _exchange(target, body, headers, started + within)
        if 300 <= status_code < 400:
            error = "redirect_not_followed"
    except TimeoutError:
        error = "timeout"
    except ssl.SSLError:
        error = "tls_failed"
    except OSError:
        error = "connection_failed"
    except HTTPException:
        error = "invalid_response"
    return ReceiverReply(
        duration_ms=_since(started),
        status_code=status_code,
        response=response,
        error=error,
        retry_after=after,
    )


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def close() -> None:
    """Close the idle connections, for tests."""
    _pool.close()


def _exchange(
    target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple[int, str, float | None]:
    connection, response = _request(target, body, headers, deadline)
    try:
        text, is_sound = _beginning(response)
        after = retry_after.seconds(response.headers.get("Retry-After"))
        # The rest of an unread response would become the start of the next one. After a 101, which nobody asked for,
        # the connection speaks another protocol.
        is_complete = is_sound and response.isclosed() and response.status >= _FINAL
        is_reusable = is_complete and not response.will_close
    finally:
        response.close()
    if is_reusable:
        _pool.put(connection)
    else:
        connection.close()
    return response.status, text, after


def _request(
    target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple[OutboundConnection, HTTPResponse]:
    """Send and read the response's head, on an idle connection, or on a new one if the idle one is closed."""
    if idle := _pool.take(target):
        try:
            return idle, _post_on(idle, target, body, headers, deadline)
        except (ConnectionError, ssl.SSLError):
            # The receiver has just closed it. If it received the request nevertheless, it recognises the id.
            pass
    new = OutboundConnection(target, _MAX_BYTES_READ)
    return new, _post_on(new, target, body, headers, deadline)


def _post_on(
    connection: OutboundConnection, target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> HTTPResponse:
    own = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "EAL-Webhooks/1.0",
    }
    return connection.send_request("POST", target, {**own, **headers}, deadline, body)


def _beginning(response: HTTPResponse) -> tuple[str, bool]:
    """The text, and whether it is sound: http.client closes a response with a broken chunk as if it had ended."""
    try:
        text = response.read(MAX_RESPONSE_BYTES).decode(errors="replace")
        # The replacement character has three bytes, and a response can consist of invalid ones.
        return text.encode()[:MAX_RESPONSE_BYTES].decode(errors="ignore"), True
    except (OSError, HTTPException, ValueError):  # ValueError: a chunk of size -2
        return "", False  # the status has arrived, and only that decides


class _Pool:
    """Idle connections. Age and quiet are checked on reuse, because a process is frozen between invocations."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: dict[Origin, list[OutboundConnection]] = defaultdict(list)

    def take(self, target: Target) -> OutboundConnection | None:
        """A connection to one of the target's addresses, as the DNS returns them now."""
        for address in target.addresses:
            origin = Origin(target.scheme, target.host, target.port, address)
            while connection := self._pop(origin):
                if connection.idle_since.age() < _MAX_IDLE_SECONDS and connection.is_quiet():
                    return connection
                connection.close()
        return None

    def put(self, connection: OutboundConnection) -> None:
        connection.idle_since = Moment.now()
        with self._lock:
            if sum(map(len, self._idle.values())) < _MAX_IDLE_CONNECTIONS:
                self._idle[connection.origin].append(connection)
                return
        # Full, mostly of hosts that are no longer used: start again.
        self.close()
        connection.close()

    def close(self) -> None:
        with self._lock:
            idle = [connection for connections in self._idle.values() for connection in connections]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def _pop(self, origin: Origin) -> OutboundConnection | None:
        with self._lock:
            idle = self._idle.get(origin)
            return idle.pop() if idle else None


_pool = _Pool()
