"""Static files, with the hash of their content in their address, so that browsers keep them for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    content: bytes
    type: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]


def _load() -> dict[str, Asset]:
    return {
        path.name: Asset(path.read_bytes(), TYPES[path.suffix])
        for path in sorted(FOLDER.iterdir())
        if path.suffix in TYPES
    }


ASSETS = _load()


@cache
def address(name: str) -> str:
    """The address of a file in templates. Raises: KeyError."""
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{ASSETS[name].hash}.{suffix}"


@cache
def _compressed(name: str) -> bytes:
    """API Gateway does not compress, so the first request of a process does, and the browser keeps the result."""
    return gzip.compress(ASSETS[name].content, mtime=0)


def serve(request: Request) -> Response:
    """GET /static/{name}. An address with another hash is unknown: its file belongs to another release."""
    wanted = request.url.path
    name = next((name for name in ASSETS if address(name) == wanted), None)
    if name is None:
        return Response("Not found", 404, media_type="text/plain")
    sent = {"cache-control": FOREVER, "vary": "accept-encoding", "content-type": ASSETS[name].type}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_compressed(name), headers={**sent, "content-encoding": "gzip"})
    return Response(ASSETS[name].content, headers=sent)
