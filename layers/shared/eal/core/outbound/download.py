"""One GET of a checked address, whose body is read piece by piece within one deadline and a maximum of bytes."""

from __future__ import annotations

import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from eal.core import settings
from eal.core.outbound import retry_after
from eal.core.outbound.address import Blocked, Unresolved, resolve
from eal.core.outbound.connection import OutboundConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.outbound.faults import Fault

PIECE_BYTES = 65_536
_FRAMING_BYTES = 65_536
"""Maximum size of a response's head. The framing of chunks may take a 16th of the response's size in addition."""


class DownloadFailed(Exception):
    """There is no usable response. `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class DownloadTooLarge(Exception):
    """The body is larger than the maximum."""


@dataclass(frozen=True, slots=True)
class Download:
    """A response whose body is not read yet. `retry_after` is in seconds."""

    status_code: int
    retry_after: float | None
    _response: HTTPResponse
    _max_bytes: int

    def pieces(self) -> Iterator[bytes]:
        """The body, in pieces of at most 64 KiB.

        Raises: DownloadTooLarge; DownloadFailed if the connection ends before the body does.
        """
        if self._response.length is not None and self._response.length > self._max_bytes:
            raise DownloadTooLarge
        read = 0
        with _as_faults():
            while piece := self._response.read(PIECE_BYTES):
                read += len(piece)
                if read > self._max_bytes:
                    raise DownloadTooLarge
                yield piece
            if self._response.length:
                raise DownloadFailed("invalid_response")


@contextmanager
def get(url: str, *, within: float, max_bytes: int, max_redirects: int) -> Iterator[Download]:
    """The response to a GET. All of it, with the body, takes at most `within` seconds.

    The address of each redirect is checked as the first one is. Only the local stack may use loopback.
    Raises: DownloadFailed.
    """
    deadline = time.monotonic() + within
    connection, response = _follow(url, deadline, max_bytes, max_redirects)
    try:
        after = retry_after.seconds(response.headers.get("Retry-After"))
        yield Download(response.status, after, response, max_bytes)
    finally:
        response.close()
        connection.close()


def _follow(
    url: str, deadline: float, max_bytes: int, max_redirects: int
) -> tuple[OutboundConnection, HTTPResponse]:
    for _ in range(max_redirects + 1):
        connection, response = _request(url, deadline, max_bytes)
        location = response.headers.get("Location") if 300 <= response.status < 400 else None
        if location is None:
            return connection, response
        response.close()
        connection.close()
        url = urljoin(url, location)
    raise DownloadFailed("redirect_not_followed")


def _request(url: str, deadline: float, max_bytes: int) -> tuple[OutboundConnection, HTTPResponse]:
    with _as_faults():
        target = resolve(url, loopback=settings.is_local())
        connection = OutboundConnection(target, max_bytes + max_bytes // 16 + _FRAMING_BYTES)
        # Without a User-Agent, some hosts refuse a request; compressed audio would have to be decompressed.
        headers = {"Accept": "audio/*, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "EAL/1.0"}
        return connection, connection.send_request("GET", target, headers, deadline)


@contextmanager
def _as_faults() -> Iterator[None]:
    try:
        yield
    except Blocked:
        raise DownloadFailed("blocked_address") from None
    except Unresolved:
        raise DownloadFailed("unresolved_host") from None
    except TimeoutError:
        raise DownloadFailed("timeout") from None
    except ssl.SSLError:
        raise DownloadFailed("tls_failed") from None
    except OSError:
        raise DownloadFailed("connection_failed") from None
    except (HTTPException, ValueError):  # ValueError: a chunk of size -2, or a Location that is no URL
        raise DownloadFailed("invalid_response") from None
