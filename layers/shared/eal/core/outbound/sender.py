"""One POST to a checked address: one time-out for all of it, no redirects, 4 KiB of answer, kept connections.

http.client and not urllib3 or httpx: nothing else lets us give the address to connect to and the name to
check the certificate against without reaching into it, and it is the fastest that was measured (architecture,
section 9). What a receiver may cost is bounded below it, where bytes come in and go out: http.client reads a chunk of
size -1 to the connection's end, and trailers and interim answers for as long as they come.
"""

import io
import select
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from eal.core import settings
from eal.core.outbound import retry_after
from eal.core.outbound.address import Blocked, Target, Unresolved, resolve
from eal.core.outbound.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Buffer

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 3.0
MOST_OF_AN_ANSWER = 4096
_MOST_READ = 65_536
"""Bytes of one answer with its head, interim answers, and what chunks put around it."""
_FINAL = 200
"""The lowest status of an answer that no other follows."""
_A_PIECE = 16_384
"""Bytes sent at once, a TLS record's most: between two the time is looked at."""
_ADDRESSES_TRIED = 4
_KEPT_SECONDS = 30.0
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a POST: a status and the answer's beginning, or a fault. `retry_after` in seconds."""

    duration_ms: int
    status_code: int | None = None
    response: str | None = None
    error: Fault | None = None
    retry_after: float | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def send(url: str, body: bytes, headers: Mapping[str, str], *, within: float | None = None) -> Reply:
    """Check the address and send a JSON body there. Raises nothing for what the address or the receiver does.

    All of it takes `within` seconds at most, TOTAL_SECONDS if not given. Only the local stack reaches loopback.
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
    """Send a JSON body. Raises nothing for what the network or the receiver does: that is in the reply."""
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
    """Close the connections that are kept for the next messages: for tests."""
    _kept.close()


def _exchange(
    target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple[int, str, float | None]:
    connection, response = _ask(target, body, headers, deadline)
    try:
        text, sound = _beginning(response)
        after = retry_after.seconds(response.headers.get("Retry-After"))
        # An answer that was not read to its end would be the beginning of the next one's. http.client takes an
        # interim one (103) for the whole answer, so that the final one would be.
        whole = sound and response.isclosed() and response.status >= _FINAL
        reusable = whole and not response.will_close
    finally:
        response.close()
    if reusable:
        _kept.give(connection)
    else:
        connection.close()
    return response.status, text, after


def _ask(
    target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple["_Connection", HTTPResponse]:
    """Send and wait for the answer's head: on a kept connection, or on a new one if the kept one has died."""
    if kept := _kept.take(target):
        try:
            return kept, kept.ask(body, headers, target, deadline)
        except (ConnectionError, ssl.SSLError):
            # The receiver closed it just now. Had it taken the request all the same, the id tells it so.
            pass
    new = _Connection(target)
    return new, new.ask(body, headers, target, deadline)


def _beginning(response: HTTPResponse) -> tuple[str, bool]:
    """The text, and whether it is sound: http.client closes an answer with a broken chunk as if it had ended."""
    try:
        return response.read(MOST_OF_AN_ANSWER).decode(errors="replace"), True
    except (OSError, HTTPException, ValueError):  # ValueError: a chunk of size -2
        return "", False  # the status was said, and that is what counts


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Place(NamedTuple):
    """What a kept connection is good for: the very address that was checked, under the very name."""

    scheme: str
    host: str
    port: int
    address: str


class _Endless(HTTPException):
    """An answer of more bytes than we read."""


class _Reader(io.RawIOBase):
    """Reads one answer from a socket, with what is left of the time as each read's time-out: dripping gains nothing."""

    def __init__(self, connection: "_Connection", raw: io.RawIOBase) -> None:
        self._connection = connection
        self._raw = raw
        self._left = _MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer", /) -> int | None:
        if self._left <= 0:
            raise _Endless
        self._connection.bound()
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Stream:
    """The part of a socket that http.client uses, bounded by the deadline."""

    def __init__(self, connection: "_Connection", inner: socket.socket) -> None:
        self._connection = connection
        self._inner = inner

    def sendall(self, data: bytes) -> None:
        # A TLS socket's own sendall gives the whole time-out to each record.
        rest = memoryview(data)
        while rest:
            self._connection.bound()
            rest = rest[self._inner.send(rest[:_A_PIECE]) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        raw = self._inner.makefile("rb", buffering=0)
        return io.BufferedReader(_Reader(self._connection, raw))

    def close(self) -> None:
        self._inner.close()


class _Connection(HTTPConnection):
    """A connection to a checked address, whatever its name resolves to by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port)
        self._target = target
        self._deadline = 0.0
        self.place = _Place(target.scheme, target.host, target.port, "")
        self.kept_at = 0.0

    def ask(self, body: bytes, headers: Mapping[str, str], target: Target, deadline: float) -> HTTPResponse:
        """Send a POST and read the answer's head. Closes the connection where that fails."""
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
                inner.settimeout(min(CONNECT_SECONDS, self._left()))
                inner = _tls().wrap_socket(inner, server_hostname=self._target.host)
            except BaseException:
                inner.close()
                raise
        self._inner = inner
        self.sock = _Stream(self, inner)

    def bound(self) -> None:
        """Give the socket what is left of the time. Raises: TimeoutError."""
        self._inner.settimeout(self._left())

    def is_quiet(self) -> bool:
        """Whether nothing has come in since the last answer: an end, or anything else, makes it useless."""
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        return not poll.poll(0)

    def _connected(self) -> socket.socket:
        for index, address in enumerate(self._target.addresses[:_ADDRESSES_TRIED], 1):
            try:
                inner = socket.create_connection(
                    (address, self._target.port), timeout=min(CONNECT_SECONDS, self._left())
                )
            except OSError:
                if index == min(len(self._target.addresses), _ADDRESSES_TRIED):
                    raise
                continue
            inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.place = self.place._replace(address=address)
            return inner
        raise AssertionError("a target has at least one address")

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Kept:
    """Connections between two messages. A process is frozen between invocations: age and quiet are checked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: dict[_Place, list[_Connection]] = defaultdict(list)

    def take(self, target: Target) -> _Connection | None:
        """A connection to one of the target's addresses, as the DNS gives them now."""
        for address in target.addresses:
            place = _Place(target.scheme, target.host, target.port, address)
            while connection := self._pop(place):
                if time.monotonic() - connection.kept_at < _KEPT_SECONDS and connection.is_quiet():
                    return connection
                connection.close()
        return None

    def give(self, connection: _Connection) -> None:
        connection.kept_at = time.monotonic()
        with self._lock:
            if sum(map(len, self._idle.values())) < _MOST_KEPT:
                self._idle[connection.place].append(connection)
                return
        # Full, mostly of hosts that were long ago: start again.
        self.close()
        connection.close()

    def close(self) -> None:
        with self._lock:
            idle = [connection for some in self._idle.values() for connection in some]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def _pop(self, place: _Place) -> _Connection | None:
        with self._lock:
            waiting = self._idle.get(place)
            return waiting.pop() if waiting else None


_kept = _Kept()


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = target.port == (443 if target.scheme == "https" else 80)
    return host if usual else f"{host}:{target.port}"
