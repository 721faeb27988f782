"""A customer's webhook endpoint, or a host of files: a real HTTP server on this machine with prepared responses."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from eal.core.outbound import sender

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Response:
    """A response. `meanwhile` runs before it is sent; `drip` is the pause in seconds between the bytes of its body."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    drip: float = 0.0
    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request. `connection` is the client's port: the same for requests on one connection."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Receiver:
    """`responses` are returned in turn, the last one repeatedly; `requests` are what was received."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/hooks?token=s3cret"
        self.responses: list[Response] = [Response()]
        self.requests: list[ReceivedRequest] = []
        self._lock = threading.Lock()

    def next_response(self, request: ReceivedRequest) -> Response:
        with self._lock:
            self.requests.append(request)
            return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.receiver.next_response(
            ReceivedRequest(self.path, headers, body, self.client_address[1])
        )
        response.meanwhile()
        if response.hang_up:
            self.close_connection = True
            return
        self.send_response(response.status)
        for name, value in {"Content-Length": str(len(response.body)), **response.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self._write_body(response)

    do_GET = do_POST

    def _write_body(self, response: Response) -> None:
        try:
            if not response.drip:
                self.wfile.write(response.body)
            for byte in response.body if response.drip else b"":
                self.wfile.write(bytes([byte]))
                time.sleep(response.drip)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up: they are part of the tests."""


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of 127.0.0.1."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_address[1])
    handler.receiver = receiver  # type: ignore[attr-defined]  # one class per server
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        sender.close()
        server.shutdown()
        server.server_close()
        thread.join()
