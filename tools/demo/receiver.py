"""A customer's webhook endpoint: keeps every request as it came, and answers 200."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Received:
    """One request, raw. Header names are lower-case."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Inbox:
    url: str
    requests: list[Received] = field(default_factory=list)

    def wait_for(self, enough: Callable[[list[Received]], bool], seconds: float) -> bool:
        """Wait until what has come is enough. Tells whether it is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if enough(self.requests):
                return True
            time.sleep(0.1)
        return enough(self.requests)


@contextmanager
def receiver() -> Iterator[Inbox]:
    """A receiver on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            inbox.requests.append(
                Received({name.lower(): value for name, value in self.headers.items()}, body)
            )
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    inbox = Inbox(f"http://127.0.0.1:{server.server_address[1]}/hooks")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
