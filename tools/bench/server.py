"""A minimal HTTP/1.1 server on loopback, with a thread for each connection.

It does not use http.server, whose header parsing costs more than the code that is measured.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `at` is the time.perf_counter() after its last byte was read."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] | None = None


type Handler = Callable[[Request], Response]


class Server:
    """Responds to each request with the result of `handler`, until closed."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # shutdown wakes the thread that is blocked in accept; close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            try:
                while request := _read(connection, stream):
                    connection.sendall(_encoded(self._handler(request)))
            except OSError:
                return


def _read(connection: socket.socket, stream: BinaryIO) -> Request | None:
    first = stream.readline()
    if not first:
        return None
    method, path, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline().strip()) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b"".join(iter(lambda: _chunk(stream), b""))
    else:
        body = stream.read(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body, time.perf_counter())


def _chunk(stream: BinaryIO) -> bytes:
    size = int(stream.readline().partition(b";")[0], 16)
    chunk = stream.read(size)
    stream.readline()
    return chunk


def _encoded(response: Response) -> bytes:
    head = f"HTTP/1.1 {response.status} .\r\nContent-Length: {len(response.body)}\r\n"
    for name, value in (response.headers or {}).items():
        head += f"{name}: {value}\r\n"
    return head.encode("latin-1") + b"\r\n" + response.body
