"""A connection to a checked address: one deadline for all of a response, and a maximum of bytes.

http.client and not urllib3 or httpx: only it accepts the address to connect to and the name to check the certificate
against as separate values (docs/decisions/0084 has the other transports). What a receiver may cost is bounded below it,
at the socket: http.client reads a chunk of size -1 to the end of the connection, and trailers and interim responses for
as long as they arrive.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
from contextlib import ExitStack
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING, NamedTuple

from eal.core.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Buffer, Mapping

    from eal.core.outbound.address import Target

CONNECT_SECONDS = 3.0
_SEND_BYTES = 16_384
"""Sent at once, the maximum of a TLS record. The deadline is checked between two sends."""
_MAX_ADDRESSES = 4
_MAX_LINE_BYTES = 65_536


@cache
def tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Origin(NamedTuple):
    """Key of the connection pool: the same name at the same checked address."""

    scheme: str
    host: str
    port: int
    address: str


class TooLong(HTTPException):
    """A response of more bytes than we read."""


class _Reader(io.RawIOBase):
    """Reads one response from a socket. The timeout of each read is the time left, so slow bytes gain nothing."""

    def __init__(self, connection: OutboundConnection, raw: io.RawIOBase) -> None:
        self._connection = connection
        self._raw = raw
        self._bytes_left = connection.max_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        if self._bytes_left <= 0:
            raise TooLong
        self._connection.bound()
        count = self._raw.readinto(buffer)
        self._bytes_left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _FinalResponse(HTTPResponse):
    """The response after interim ones, which a client must expect (RFC 9110, section 15.2). http.client skips 100 only,
    and takes a 103 for the whole response."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # private, so it has no stub
            if not 100 <= found[1] < 200 or found[1] in (
                100,
                101,
            ):  # 101 is final, and we never ask for another protocol
                return found
            while self.fp.readline(_MAX_LINE_BYTES).strip():
                pass


class _Stream:
    """The part of a socket that http.client uses, bounded by the deadline."""

    def __init__(self, connection: OutboundConnection, inner: socket.socket) -> None:
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


class OutboundConnection(HTTPConnection):
    """A connection to a checked address, whatever its name resolves to now."""

    response_class = _FinalResponse

    def __init__(self, target: Target, max_bytes: int) -> None:
        """`max_bytes`: of one response with its head, interim responses, and the framing of chunks."""
        super().__init__(target.host, target.port)
        self.max_bytes = max_bytes
        self._target = target
        self._deadline = 0.0
        self.origin = Origin(target.scheme, target.host, target.port, "")
        self.idle_since = Moment(0.0, 0.0)

    def send_request(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        deadline: float,
        body: bytes | None = None,
    ) -> HTTPResponse:
        """Send a request and read the response's head. Closes the connection if that fails.

        `deadline` is on the clock of `time.monotonic`, and holds for the response's body too.
        """
        self._deadline = deadline
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
            self.putheader("Host", _host_header(target))
            for name, value in headers.items():
                self.putheader(name, value)
            self.endheaders(body)
            response = self.getresponse()
            on_failure.pop_all()
        return response

    def connect(self) -> None:
        inner = self._connected()
        if self._target.scheme == "https":
            with ExitStack() as on_failure:
                on_failure.callback(inner.close)
                inner.settimeout(min(CONNECT_SECONDS, self._seconds_left()))
                inner = tls().wrap_socket(inner, server_hostname=self._target.host)
                on_failure.pop_all()
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


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_default_port = target.port == (443 if target.scheme == "https" else 80)
    return host if is_default_port else f"{host}:{target.port}"
