"""A server whose answers a test writes byte by byte."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from eal.core import aws
from tools.fixtures import http_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Reaction = bytes | Callable[[socket.socket], object]
"""Reaction of the server to a request: sends bytes, or something else with the connection."""


class Scripted:
    """Reacts to requests in turn. `connections` is how many were opened, `requests` what was received."""

    def __init__(self, *reactions: Reaction) -> None:
        self.reactions = list(reactions)
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := http_requests.read(connection):
                self.requests.append(request)
                reaction = self.reactions.pop(0)
                if isinstance(reaction, bytes):
                    connection.sendall(reaction)
                else:
                    reaction(connection)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "EAL_SDK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws.close()
    yield
    aws.close()


type Serve = Callable[..., Scripted]


@pytest.fixture
def serve(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a server with these reactions, and use it as AWS."""
    servers: list[Scripted] = []

    def start(*reactions: Reaction) -> Scripted:
        server = Scripted(*reactions)
        servers.append(server)
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        return server

    yield start
    for server in servers:
        server.close()
