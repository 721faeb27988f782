"""Vendors' APIs as local servers, which paginate, throttle and fail like the vendors."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tools.fixtures.resend import SendingApi
from tools.fixtures.twilio import Phones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

type Body = dict[str, Any]


@dataclass(slots=True)
class Trouble:
    """A failure instead of a response. `hang_up` closes the connection without one. `is_late`: the request is carried
    out first."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "later"}'
    hang_up: bool = False
    is_late: bool = False


@dataclass(slots=True)
class Request:
    path: str
    query: dict[str, str]
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=dict)


@dataclass(slots=True)
class VendorApi:
    """`requests` are all requests, including refused ones. `troubles` are the next responses, one per request; None is
    the usual one."""

    vendor: str
    authorization: str
    requests: list[Request] = field(default_factory=list)
    troubles: list[Trouble | None] = field(default_factory=list)
    url: str = ""

    def respond(self, request: Request) -> tuple[int, Body]:
        raise NotImplementedError


@dataclass(slots=True)
class ResendApi(VendorApi):
    """`mails` are received mails in the format of a single mail, the oldest first."""

    mails: list[Body] = field(default_factory=list)
    sending: SendingApi = field(default_factory=SendingApi)
    domains: list[Body] = field(default_factory=list)

    def respond(self, request: Request) -> tuple[int, Body]:
        if request.path == "/emails" and request.method == "POST":
            return self.sending.accept(request.headers.get("idempotency-key", ""), request.body)
        if request.path == "/emails/receiving":
            return self._page(request.query)
        if request.path == "/domains":
            return 200, {"object": "list", "has_more": False, "data": self.domains}
        found = [mail for mail in self.mails if request.path == f"/emails/receiving/{mail['id']}"]
        if not found:
            return 404, {"statusCode": 404, "name": "not_found", "message": "Email not found"}
        return 200, {"object": "email", **found[0]}

    def _page(self, query: dict[str, str]) -> tuple[int, Body]:
        newest_first = self.mails[::-1]
        limit = int(query.get("limit", "20"))
        if not 1 <= limit <= 100:
            return 422, {"statusCode": 422, "name": "validation_error", "message": "limit"}
        if "after" in query:
            ids = [mail["id"] for mail in newest_first]
            newest_first = newest_first[ids.index(query["after"]) + 1 :]
        listed = [
            {name: value for name, value in mail.items() if name not in ("text", "html", "headers")}
            for mail in newest_first[:limit]
        ]
        return 200, {"object": "list", "has_more": len(newest_first) > limit, "data": listed}


@dataclass(slots=True)
class CallrailApi(VendorApi):
    """`calls` are the account's calls in the format of the list, which is in the order of their start."""

    account_id: str = "ACC1"
    companies: list[str] = field(default_factory=lambda: ["COM1"])
    calls: list[Body] = field(default_factory=list)
    filters: bool = True
    """Whether `company_id` narrows the list, as the vendor's documentation says."""

    def respond(self, request: Request) -> tuple[int, Body]:
        if request.path == f"/v3/a/{self.account_id}/companies.json":
            shown = self.companies[: int(request.query.get("per_page", "100"))]
            return 200, {
                "total_records": len(self.companies),
                "companies": [{"id": company_id} for company_id in shown],
            }
        if request.path != f"/v3/a/{self.account_id}/calls.json":
            return 404, {"error": "not found"}
        query = request.query
        size, page = int(query.get("per_page", "100")), int(query.get("page", "1"))
        if not 1 <= size <= 250 or query.get("sort") != "start_time" or query.get("order") != "asc":
            return 400, {"error": "bad request"}
        since, until = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        found = [call for call in self.calls if since <= datetime.fromisoformat(call["start_time"]) <= until]
        if self.filters and "company_id" in query:
            found = [call for call in found if call.get("company_id") == query["company_id"]]
        found.sort(key=lambda call: datetime.fromisoformat(call["start_time"]))
        extra = set(query.get("fields", "").split(","))
        listed = [
            {name: value for name, value in call.items() if name not in OPTIONAL or name in extra}
            for call in found[(page - 1) * size : page * size]
        ]
        pages = -(-len(found) // size)
        return 200, {
            "page": page, "per_page": size, "total_pages": pages, "total_records": len(found), "calls": listed,
        }  # fmt: skip


@dataclass(slots=True)
class TwilioApi(VendorApi):
    """`phones` has the texts and calls that were accepted."""

    phones: Phones = field(default_factory=Phones)

    def respond(self, request: Request) -> tuple[int, Body]:
        return self.phones.respond(request.method, request.path, request.query, request.body)


OPTIONAL = {"transcription", "conversational_transcript", "tags", "note", "lead_status", "source", "campaign"}
"""Members of a call that the list returns only if `fields` names them."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: VendorApi

    def do_GET(self) -> None:
        self._respond(b"")

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers["Content-Length"])))

    def _respond(self, content: bytes) -> None:
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_form = headers.get("content-type") == "application/x-www-form-urlencoded"
        body = dict(parse_qsl(content.decode())) if is_form else json.loads(content) if content else {}
        request = Request(split.path, dict(parse_qsl(split.query)), self.command, headers, body)
        self.api.requests.append(request)
        trouble = self.api.troubles.pop(0) if self.api.troubles else None
        if trouble and trouble.is_late:
            self.api.respond(request)
        if trouble and trouble.hang_up:
            self.close_connection = True
        elif trouble:
            self._send(trouble.status, trouble.body, trouble.headers)
        elif self.headers.get("Authorization") != self.api.authorization:
            self._send(401, b"{}", {})
        else:
            status, body = self.api.respond(request)
            self._send(status, json.dumps(body).encode(), {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


@contextmanager
def serving(api: VendorApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Serve the API in place of the vendor's. Yields the pauses of its client, in seconds, which are skipped."""
    pauses: list[float] = []
    pause: Callable[[float], None] = pauses.append
    handler = type("Handler", (_Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    base = api.url + ("/v3" if api.vendor == "callrail" else "")
    with monkeypatch.context() as patch:
        patch.setenv(f"{api.vendor.upper()}_API_URL", base)
        patch.setattr("eal.vendors.http.pause", pause)
        try:
            yield pauses
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
