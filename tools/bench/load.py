"""A mixed load on a running stack, which remembers every change that the stack accepted."""

from __future__ import annotations

import hashlib
import random
import secrets
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from tools.bench.layout import SetupFailed
from tools.bench.server import Request, Response
from tools.fixtures.callrail import Call, signature
from tools.fixtures.client import ApiResponse, Stack, send

if TYPE_CHECKING:
    from collections.abc import Callable

CALL_EVENTS = ("call.received", "call.classified", "call.dispatched", "call.qualified")
SUBSCRIBED = (*CALL_EVENTS, "lead.created", "lead.updated")
RECEIVERS = ("good", "slow", "failing")
SLOW_SECONDS = 3.0
THREADS = 8
IMPORTED_ROWS = 200
_RETRY_SECONDS = 90.0
_PAUSE_SECONDS = 1.0
_PER_MINUTE = 300
"""The rate limit of a customer's key."""

type Change = tuple[str, str]
"""The type of an event, and what it is about: the id of a lead, or the vendor's id of a call."""


@dataclass(slots=True)
class Receivers:
    """The customers' endpoints and their recordings, on one port. `arrived` has the hashes of the bodies by path and
    event.
    """

    arrived: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, request: Request) -> Response:
        kind = request.path.split("/")[1]
        if kind == "failing":
            return Response(500, b"x" * 4096)
        if kind == "recordings":
            return Response(200, b"ID3\x04")
        if kind == "slow":
            time.sleep(SLOW_SECONDS)
        event_id = request.headers["webhook-id"]
        digest = hashlib.sha256(request.body).hexdigest()
        with self._lock:
            self.arrived.setdefault(request.path, {}).setdefault(event_id, []).append(digest)
        return Response(200)


@dataclass(slots=True)
class Customer:
    """A tenant and what the stack accepted from it. `uncertain` are changes whose response never came."""

    id: str
    key: str
    connection_id: str
    signing_key: str
    recording_url: str
    paths: dict[str, str]
    webhook_ids: dict[str, str]
    leads: list[str] = field(default_factory=list)
    accepted: Counter[Change] = field(default_factory=Counter)
    uncertain: Counter[Change] = field(default_factory=Counter)
    import_id: str = ""
    import_tag: str = ""
    """Beginning of the addresses of the imported leads."""


def customer(stack: Stack, base: str, number: int) -> Customer:
    """A new organization with an endpoint of each kind and a connection to CallRail."""
    child = _ok(stack.call("POST", "/organizations", key=stack.keys["live_admin"], body={"name": "Soak"}))
    body: Any = {"name": "soak", "scopes": ["admin"], "rate_limit": {"per_minute": _PER_MINUTE}}
    key = str(_ok(stack.call("POST", "/api-keys", key=child["admin_key"]["key"], body=body))["key"])
    signing_key = secrets.token_hex(16)
    body = {"settings": {}, "secrets": {"signing_key": signing_key}}
    connection = _ok(stack.call("PUT", "/integrations/callrail", key=key, body=body))
    paths = {kind: f"/{kind}/{number}" for kind in RECEIVERS}
    webhooks = {}
    for kind, path in paths.items():
        body = {"url": base + path, "events": list(SUBSCRIBED)}
        webhooks[kind] = str(_ok(stack.call("POST", "/webhooks", key=key, body=body))["id"])
    return Customer(
        child["id"],
        key,
        connection["connection_id"],
        signing_key,
        f"{base}/recordings/{number}",
        paths,
        webhooks,
    )


class Load:
    """Sends requests until `stop`, at most at a rate: fewer if the stack is slower than its threads.

    `sent` counts requests by operation, and those `repeated` after an error of the stack. `faults` are refusals.
    """

    def __init__(self, stack: Stack, customers: list[Customer], per_second: float) -> None:
        self.sent: Counter[str] = Counter()
        self._stack = stack
        self._customers = customers
        self._interval = THREADS / per_second
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)]
        self.faults: list[str] = []

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns once every request has its response."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def start_import(self, customer: Customer) -> None:
        body = {"format": "csv", "on_duplicate": "return"}
        response = self._write(customer, "POST", "/leads/import", body)
        if response is None:
            raise SetupFailed("the stack accepted no import")
        customer.import_id = str(response.json["id"])
        customer.import_tag = uuid.uuid4().hex
        rows = (f"Ann,{customer.import_tag}-{number}@example.com\r\n" for number in range(IMPORTED_ROWS))
        content = ("first_name,email\r\n" + "".join(rows)).encode()
        upload = response.json["upload"]
        put = send(upload["method"], upload["url"], content, upload["headers"])
        if put.status != 200:
            raise SetupFailed(f"the upload returned {put.status}: {put.body.decode()}")

    def _run(self) -> None:
        operations: list[Callable[[Customer], None]] = [
            self._create, self._create, self._update, self._update, self._read, self._read, self._list, self._call,
        ]  # fmt: skip
        while not self._stopped.is_set():
            began = time.monotonic()
            chosen = random.choice(operations)  # noqa: S311 - no secret is made of it
            try:
                chosen(random.choice(self._customers))  # noqa: S311
            except SetupFailed as refused:
                self.faults.append(str(refused))
            self._stopped.wait(max(0.0, self._interval - (time.monotonic() - began)))

    def _create(self, customer: Customer) -> None:
        body = {"email": f"{uuid.uuid4().hex}@example.com", "first_name": "Zoë", "source": "web_form"}
        if response := self._write(customer, "POST", "/leads", body):
            with self._lock:
                customer.leads.append(response.json["id"])
                customer.accepted["lead.created", response.json["id"]] += 1

    def _update(self, customer: Customer) -> None:
        if not customer.leads:
            return
        lead_id = random.choice(customer.leads)  # noqa: S311 - no secret is made of it
        response = self._write(customer, "PATCH", f"/leads/{lead_id}", {"notes": uuid.uuid4().hex})
        counts = customer.accepted if response else customer.uncertain
        with self._lock:
            counts["lead.updated", lead_id] += 1

    def _read(self, customer: Customer) -> None:
        if customer.leads:
            self._get(customer, f"/leads/{random.choice(customer.leads)}")  # noqa: S311 - no secret is made of it

    def _list(self, customer: Customer) -> None:
        self._get(customer, "/leads?limit=5")

    def _get(self, customer: Customer, path: str) -> None:
        self.sent["read"] += 1
        with suppress(OSError, HTTPException):  # a killed function; reads are not repeated
            response = self._stack.call("GET", path, key=customer.key)
            if 400 <= response.status < 500 and response.status != 429:
                raise SetupFailed(f"GET {path} returned {response.status}: {response.body.decode()}")

    def _call(self, customer: Customer) -> None:
        """A call of two webhooks, which are not repeated if they are refused. The second one has the transcript."""
        call = replace(Call.new(), recording=customer.recording_url)
        for kind in ("pre-call", "post-call"):
            body = call.event(kind)
            headers = {"Content-Type": "application/json", "Signature": signature(body, customer.signing_key)}
            url = f"{self._stack.receivers['callrail']}/{customer.connection_id}/{kind}"
            self.sent["webhook"] += 1
            response: ApiResponse | None = None
            with suppress(OSError, HTTPException):
                response = send("POST", url, body, headers)
            if kind == "pre-call":
                continue
            counts = customer.accepted if response and response.status == 202 else customer.uncertain
            with self._lock:
                counts.update((event_type, call.resource_id) for event_type in CALL_EVENTS)

    def _write(self, customer: Customer, method: str, path: str, body: object) -> ApiResponse | None:
        """The response to an accepted request, or None if none came. Repeats have the same Idempotency-Key.

        Raises: SetupFailed if the request is refused.
        """
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        self.sent["write"] += 1
        end = time.monotonic() + _RETRY_SECONDS
        while time.monotonic() < end:
            response: ApiResponse | None = None
            with suppress(OSError, HTTPException):
                response = self._stack.call(method, path, key=customer.key, body=body, headers=headers)
            if response and response.status < 500 and response.status not in (409, 429):
                _ok(response)  # a refusal is a fault
                return response
            self.sent["repeated"] += 1
            time.sleep(_PAUSE_SECONDS)
        return None


def _ok(response: ApiResponse) -> Any:
    if response.status >= 300:
        raise SetupFailed(f"the stack returned {response.status}: {response.body.decode()}")
    return response.json
