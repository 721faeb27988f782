"""One POST to a checked address: one timeout for all of it, no redirects, 4 KiB of the response, kept connections.

http.client and not urllib3 or httpx: only it accepts the address to connect to and the name to check the certificate
against as separate values, and it was the fastest that was measured (docs/measurements.md). What a receiver may cost
is bounded below it, at the socket: http.client reads a chunk of size -1 to the end of the connection, and trailers and
interim responses for as long as they arrive.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Self

from eal.core import settings
from eal.core.outbound import retry_after
from eal.core.outbound.address import Blocked, Unresolved, resolve

if TYPE_CHECKING:
    from collections.abc import Buffer, Mapping

    from eal.core.outbound.address import Target
    from eal.core.outbound.faults import Fault

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 3.0
MAX_RESPONSE_BYTES = 4096
"""Of a response's body that are read, and of the text that is made of them."""
_MAX_BYTES_READ = 65_536
"""Of one response with its head, interim responses, and the framing of chunks."""
_FINAL = 200
"""The lowest status of a response that no other follows."""
_SEND_BYTES = 16_384
"""Sent at once, the maximum of a TLS record. The deadline is checked between two sends."""
_MAX_ADDRESSES = 4
_MAX_IDLE_SECONDS = 30.0
_MAX_IDLE_CONNECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The result of a POST: a status and the first 4 KiB of the response, or a fault. `retry_after` is in seconds."""

    duration_ms: int
    status_code: int | None = None
    response: str | None = None
    error: Fault | None = None
    retry_after: float | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def send(url: str, body: bytes, headers: Mapping[str, str], *, within: float | None = None) -> Reply:
    """Check the address and send a JSON body there. Faults of the address or the receiver are in the reply.

    All of it takes at most `within` seconds, by default TOTAL_SECONDS. Only the local stack may use loopback.
    """
    started = time.monotonic()
    try:
        target = resolve(url, loopback=settings.is_local())
    except Blocked:
        return Reply(duration_ms=_since(started), error="blocked_address")
    except Unresolved:
        return Reply(duration_ms=_since(started), error="unresolved_host")
    return _post(target, body, headers, started, TOTAL_SECONDS if within is None else within)


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Send a JSON body. Faults of the network or the receiver are in the reply."""
    return _post(target, body, headers, time.monotonic(), TOTAL_SECONDS)


def _post(target: Target, body: bytes, headers: Mapping[str, str], started: float, within: float) -> Reply:
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
    return Reply(
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
        # The rest of an unread response would become the start of the next one. http.client takes an interim response
        # (103) for a complete one, so the final response would be unread.
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
) -> tuple[_Connection, HTTPResponse]:
    """Send and read the response's head, on an idle connection, or on a new one if the idle one is closed."""
    if idle := _pool.take(target):
        try:
            return idle, idle.post(body, headers, target, deadline)
        except (ConnectionError, ssl.SSLError):
            # The receiver has just closed it. If it received the request nevertheless, it recognises the id.
            pass
    new = _Connection(target)
    return new, new.post(body, headers, target, deadline)


def _beginning(response: HTTPResponse) -> tuple[str, bool]:
    """The text, and whether it is sound: http.client closes a response with a broken chunk as if it had ended."""
    try:
        text = response.read(MAX_RESPONSE_BYTES).decode(errors="replace")
        # The replacement character has three bytes, and a response can consist of invalid ones.
        return text.encode()[:MAX_RESPONSE_BYTES].decode(errors="ignore"), True
    except (OSError, HTTPException, ValueError):  # ValueError: a chunk of size -2
        return "", False  # the status has arrived, and only that decides


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Origin(NamedTuple):
    """What an idle connection may be reused for: the same name at the same checked address."""

    scheme: str
    host: str
    port: int
    address: str


class _TooLong(HTTPException):
    """A response of more bytes than we read."""


class _Reader(io.RawIOBase):
    """Reads one response from a socket. The timeout of each read is the time left, so slow bytes gain nothing."""

    def __init__(self, connection: _Connection, raw: io.RawIOBase) -> None:
        self._connection = connection
        self._raw = raw
        self._bytes_left = _MAX_BYTES_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        if self._bytes_left <= 0:
            raise _TooLong
        self._connection.bound()
        count = self._raw.readinto(buffer)
        self._bytes_left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Stream:
    """The part of a socket that http.client uses, bounded by the deadline."""

    def __init__(self, connection: _Connection, inner: socket.socket) -> None:
        self._connection = connection
        self._inner = inner

    def sendall(self, data: bytes) -> None:
        # A TLS socket's own sendall applies the whole timeout to each record.
        rest = memoryview(data)
        while rest:
            self._connection.bound()
            rest = rest[self._inner.send(rest[:_SEND_BYTES]) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        raw = self._inner.makefile("rb", buffering=0)
        return io.BufferedReader(_Reader(self._connection, raw))

    def close(self) -> None:
        self._inner.close()


class _Connection(HTTPConnection):
    """A connection to a checked address, whatever its name resolves to now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port)
        self._target = target
        self._deadline = 0.0
        self.origin = _Origin(target.scheme, target.host, target.port, "")
        self.idle_since = _Moment(0.0, 0.0)

    def post(self, body: bytes, headers: Mapping[str, str], target: Target, deadline: float) -> HTTPResponse:
        """Send a POST and read the response's head. Closes the connection if that fails."""
        self._deadline = deadline
        try:
            self.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in (
                ("Host", _host_header(target)),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("User-Agent", "EAL-Webhooks/1.0"),
                *headers.items(),
            ):
                self.putheader(name, value)
            self.endheaders(body)
            return self.getresponse()
        except BaseException:
            self.close()
            raise

    def connect(self) -> None:
        inner = self._connected()
        if self._target.scheme == "https":
            try:
                inner.settimeout(min(CONNECT_SECONDS, self._seconds_left()))
                inner = _tls().wrap_socket(inner, server_hostname=self._target.host)
            except BaseException:
                inner.close()
                raise
        self._inner = inner
        self.sock = _Stream(self, inner)

    def bound(self) -> None:
        """Set the socket's timeout to the time left. Raises: TimeoutError."""
        self._inner.settimeout(self._seconds_left())

    def is_quiet(self) -> bool:
        """Whether nothing has arrived since the last response. An end, or anything else, makes it unusable."""
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        return not poll.poll(0)

    def _connected(self) -> socket.socket:
        for index, address in enumerate(self._target.addresses[:_MAX_ADDRESSES], 1):
            try:
                inner = socket.create_connection(
                    (address, self._target.port), timeout=min(CONNECT_SECONDS, self._seconds_left())
                )
            except OSError:
                if index == min(len(self._target.addresses), _MAX_ADDRESSES):
                    raise
                continue
            inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.origin = self.origin._replace(address=address)
            return inner
        raise AssertionError("a target has at least one address")

    def _seconds_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Moment(NamedTuple):
    """A time on both clocks: the monotonic one may stand still while Lambda freezes the process, and the wall clock may
    be set back.
    """

    monotonic: float
    wall: float

    @classmethod
    def now(cls) -> Self:
        return cls(time.monotonic(), time.time())

    def age(self) -> float:
        now = self.now()
        return max(now.monotonic - self.monotonic, now.wall - self.wall)


class _Pool:
    """Idle connections. Age and quiet are checked on reuse, because a process is frozen between invocations."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: dict[_Origin, list[_Connection]] = defaultdict(list)

    def take(self, target: Target) -> _Connection | None:
        """A connection to one of the target's addresses, as the DNS returns them now."""
        for address in target.addresses:
            origin = _Origin(target.scheme, target.host, target.port, address)
            while connection := self._pop(origin):
                if connection.idle_since.age() < _MAX_IDLE_SECONDS and connection.is_quiet():
                    return connection
                connection.close()
        return None

    def put(self, connection: _Connection) -> None:
        connection.idle_since = _Moment.now()
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

    def _pop(self, origin: _Origin) -> _Connection | None:
        with self._lock:
            idle = self._idle.get(origin)
            return idle.pop() if idle else None


_pool = _Pool()


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_default_port = target.port == (443 if target.scheme == "https" else 80)
    return host if is_default_port else f"{host}:{target.port}"
