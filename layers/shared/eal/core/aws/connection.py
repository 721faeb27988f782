"""HTTP/1.1 over kept connections, as far as AWS's services use it.

Every response of AWS has a length, or comes in chunks (RFC 9112, section 6). A response that ends with its connection
is refused, because nobody could tell it from one that was cut off.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from eal.core.aws.client import CONNECT_SECONDS
from eal.core.aws.errors import NotConnected
from eal.core.moment import Moment

if TYPE_CHECKING:
    import ssl

    from eal.core.aws.endpoint import AwsEndpoint

MAX_HEAD_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024
_MAX_IDLE_SECONDS = 300.0
"""Network Load Balancers and NAT gateways forget a connection that is idle for 350 seconds, and tell nobody."""
_ROOTS = __file__.rpartition("/")[0] + "/roots.pem"


class AwsRequest(NamedTuple):
    """`target` is the path with the query; the names of headers are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def encoded(self) -> bytes:
        """Raises: ValueError for what is not ASCII or would begin another header."""
        lines = [
            f"{self.method} {self.target} HTTP/1.1",
            *(f"{name}: {self.headers[name]}" for name in self.headers),
        ]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a line break in a header")
        return "\r\n".join((*lines, "", "")).encode("ascii") + self.body


class AwsResponse(NamedTuple):
    """The names of headers are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Host:
    """The connections to one host. Safe in threads: each connection is of one call at a time."""

    def __init__(self, endpoint: AwsEndpoint, *, read_seconds: float, max_connections: int) -> None:
        self._endpoint = endpoint
        self._read_seconds = read_seconds
        self._idle: deque[AwsConnection] = deque(maxlen=max_connections)
        self._tls = _tls() if endpoint.scheme == "https" else None

    def exchange(self, request: AwsRequest, deadline: float) -> AwsResponse:
        """Send a request once. `deadline` is on the clock of `time.monotonic`.

        A failure closes the idle connections too. They often died together, and the next attempt would meet another
        dead one.

        Raises: NotConnected; OSError if no whole response came.
        """
        encoded = request.encoded()
        connection = self._connection(deadline)
        try:
            response = connection.exchange(encoded, deadline, has_body=request.method != "HEAD")
        except OSError:
            connection.close()
            self.close()
            raise
        if connection.is_reusable:
            self._keep(connection)
        else:
            connection.close()
        return response

    def close(self) -> None:
        """Close the idle connections."""
        while True:
            try:
                self._idle.pop().close()
            except IndexError:  # other threads take connections, too
                return

    def _connection(self, deadline: float) -> AwsConnection:
        """The connection that was used last, because the service has closed the others sooner; or a new one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._connect(deadline)
            if connection.idle_since.age() < _MAX_IDLE_SECONDS and connection.is_quiet():
                return connection
            connection.close()

    def _keep(self, connection: AwsConnection) -> None:
        connection.idle_since = Moment.now()
        if len(self._idle) == self._idle.maxlen:
            connection.close()
        else:
            self._idle.append(connection)

    def _connect(self, deadline: float) -> AwsConnection:
        seconds = min(CONNECT_SECONDS, _left(deadline))
        address = (self._endpoint.host, self._endpoint.port)
        try:
            if self._tls is None:
                return AwsConnection(_connected(address, seconds), self._read_seconds)
            return AwsConnection(self._tls.connect(address, seconds), self._read_seconds)
        except OSError as fault:
            raise NotConnected(type(fault).__name__) from fault


class AwsConnection:
    """A connection to a service. `is_reusable` tells whether another request may follow the last response."""

    def __init__(self, connected: socket.socket, read_seconds: float) -> None:
        self._socket = connected
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._read_seconds = read_seconds
        self._received = bytearray()
        self.idle_since = Moment.now()
        self.is_reusable = False

    def exchange(self, request: bytes, deadline: float, *, has_body: bool) -> AwsResponse:
        """Send a request and read its response. Raises: OSError."""
        self.is_reusable = False
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(request)
        try:
            response = self._response(deadline, has_body=has_body)
        except ValueError as fault:
            raise ConnectionError("the response is not HTTP/1.1") from fault
        self.is_reusable = not self._received and response.headers.get("connection", "").lower() != "close"
        return response

    def is_quiet(self) -> bool:
        """Whether nothing came since the last response. The end of a connection is something that comes."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        self._socket.close()

    def _response(self, deadline: float, *, has_body: bool) -> AwsResponse:
        status, headers = self._head(deadline)
        while status < 200:  # an interim response, before the final one
            status, headers = self._head(deadline)
        if not has_body or status in (204, 304):
            return AwsResponse(status, headers, b"")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return AwsResponse(status, headers, self._chunks(deadline))
        return AwsResponse(status, headers, self._exactly(int(headers.get("content-length", "")), deadline))

    def _head(self, deadline: float) -> tuple[int, dict[str, str]]:
        version, status, *_ = self._line(deadline).split(" ", 2)
        if version != "HTTP/1.1":
            raise ValueError(version)
        headers: dict[str, str] = {}
        while line := self._line(deadline):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return int(status), headers

    def _chunks(self, deadline: float) -> bytes:
        content = bytearray()
        while size := int(self._line(deadline).partition(";")[0], 16):
            content += self._exactly(size, deadline)
            self._line(deadline)
        while self._line(deadline):  # trailers, and the empty line at the end
            pass
        return bytes(content)

    def _line(self, deadline: float) -> str:
        while (end := self._received.find(b"\r\n")) < 0:
            if len(self._received) > MAX_HEAD_BYTES:
                raise ValueError("a line without an end")
            self._receive(deadline)
        line = self._received[:end].decode("latin-1")
        del self._received[: end + 2]
        return line

    def _exactly(self, size: int, deadline: float) -> bytes:
        while len(self._received) < size:
            self._receive(deadline)
        content = bytes(self._received[:size])
        del self._received[:size]
        return content

    def _receive(self, deadline: float) -> None:
        """Wait for more of the response: no longer than the read timeout, and not beyond the deadline."""
        self._socket.settimeout(min(self._read_seconds, _left(deadline)))
        received = self._socket.recv(_READ_BYTES)
        if not received:
            raise ConnectionError("the connection ended within a response")
        self._received += received


class _Tls:
    """TLS with Amazon's roots only, which load in a tenth of the time of the system's hundred and more.

    A service whose certificate has another root gets the system's roots, from then on: Amazon may add one.
    """

    def __init__(self) -> None:
        import ssl

        self._context = _context(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._context.load_verify_locations(_ROOTS)

    def connect(self, address: tuple[str, int], seconds: float) -> socket.socket:
        import ssl

        try:
            return self._handshake(address, seconds)
        except ssl.SSLCertVerificationError:
            self._context = _context(ssl.create_default_context())
            return self._handshake(address, seconds)

    def _handshake(self, address: tuple[str, int], seconds: float) -> socket.socket:
        with ExitStack() as failed:
            connected = failed.enter_context(_connected(address, seconds))
            wrapped = self._context.wrap_socket(connected, server_hostname=_ascii(address[0]))
            failed.pop_all()
            return wrapped


def _connected(address: tuple[str, int], seconds: float) -> socket.socket:
    host, port = address
    return socket.create_connection((_ascii(host), port), seconds)  # type: ignore[arg-type]  # it takes bytes too


def _ascii(host: str) -> bytes:
    """A host as sockets need it. Of a text, they make it with the codec `idna`, whose import takes a millisecond."""
    return host.encode("ascii")


@cache
def _tls() -> _Tls:
    return _Tls()


def _context(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_alpn_protocols(["http/1.1"])
    return context


def _left(deadline: float) -> float:
    """The seconds until the deadline. Raises: TimeoutError."""
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError("the call's deadline is over")
    return left
