"""Vendors' requests to the receivers, and a tenant's connection to Resend or Stripe with its normaliser."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import peek, sqs_event

if TYPE_CHECKING:
    from collections.abc import Callable

RESEND_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STRIPE_SECRET = "whsec_test_secret"
SOURCE_IP = "198.51.100.9"
QUEUES = {"resend": "ResendQueue", "stripe": "StripeQueue"}

type Headers = dict[str, str]


def svix_headers(body: bytes, secret: str, message_id: str = "msg_1", at: int | None = None) -> Headers:
    """Resend's headers, computed as Svix documents it, without our code."""
    timestamp = int(time.time()) if at is None else at
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "svix-id": message_id,
        "svix-timestamp": str(timestamp),
        "svix-signature": "v1," + base64.b64encode(digest).decode(),
    }


def stripe_headers(body: bytes, secret: str, _message_id: str = "", at: int | None = None) -> Headers:
    """Stripe's header, computed as Stripe documents it, without our code."""
    timestamp = int(time.time()) if at is None else at
    digest = hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hex()
    return {"stripe-signature": f"t={timestamp},v1={digest}"}


SIGNERS: dict[str, Callable[..., Headers]] = {"resend": svix_headers, "stripe": stripe_headers}
SECRETS = {"resend": RESEND_SECRET, "stripe": STRIPE_SECRET}


def url_event(
    connection_id: str, kind: str, body: bytes, headers: Headers, *, in_base64: bool = False
) -> dict[str, Any]:
    """A vendor's request as the event of a function URL (payload format 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": f"/{connection_id}/{kind}",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", **headers},
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "http": {"method": "POST", "path": f"/{connection_id}/{kind}", "sourceIp": SOURCE_IP},
        },
        "body": base64.b64encode(body).decode() if in_base64 else body.decode(errors="replace"),
        "isBase64Encoded": in_base64,
    }


def gateway_event(
    vendor: str,
    connection_id: str,
    kind: str,
    body: bytes,
    headers: Headers,
    *,
    query: dict[str, str] | None = None,
    in_base64: bool = False,
) -> dict[str, Any]:
    """A request as the event of API Gateway (payload format 1.0)."""
    return {
        "resource": f"/v1/inbound/{vendor}/{{connection_id}}/{{kind}}",
        "path": f"/v1/inbound/{vendor}/{connection_id}/{kind}",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json", **headers},
        "multiValueHeaders": None,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
        "pathParameters": {"connection_id": connection_id, "kind": kind},
        "requestContext": {"requestId": str(uuid.uuid4()), "identity": {"sourceIp": SOURCE_IP}},
        "body": base64.b64encode(body).decode() if in_base64 else body.decode(errors="replace"),
        "isBase64Encoded": in_base64,
    }


def receive(vendor: str, event: dict[str, Any]) -> ApiResponse:
    """The receiver's response."""
    response = load_app(f"inbound/{vendor}").handler(event, None)
    return ApiResponse(response["statusCode"], response["headers"], response["body"])


def enqueued(queue: str) -> list[Any]:
    """Take the messages of a vendor's queue, once the worker has enqueued all stored bodies."""
    notifications = [json.dumps(notification) for notification in peek("InboundQueue")]
    if notifications:
        response = load_app("workers/enqueue_inbound").handler(sqs_event("InboundQueue", notifications), None)
        assert response == {"batchItemFailures": []}
    return peek(queue)


@dataclass(frozen=True, slots=True)
class Connection:
    vendor: str
    id: str
    secret: str

    def headers(self, body: bytes, message_id: str = "msg_1", at: int | None = None) -> Headers:
        return SIGNERS[self.vendor](body, self.secret, message_id, at)

    def url_event(
        self, body: bytes, headers: Headers | None = None, *, in_base64: bool = False, kind: str = "events"
    ) -> dict[str, Any]:
        signed = self.headers(body) if headers is None else headers
        return url_event(self.id, kind, body, signed, in_base64=in_base64)

    def gateway_event(self, body: bytes, *, in_base64: bool = False) -> dict[str, Any]:
        headers = {name.title(): value for name, value in self.headers(body).items()}
        return gateway_event(self.vendor, self.id, "events", body, headers, in_base64=in_base64)

    def receive(self, event: dict[str, Any]) -> ApiResponse:
        return receive(self.vendor, event)

    def message(self, body: object, message_id: str = "msg_1") -> str:
        """The message that the receiver enqueues for a body."""
        raw = json.dumps(body).encode()
        response = self.receive(self.url_event(raw, self.headers(raw, message_id)))
        assert response.status == 202, response.text
        (found,) = enqueued(QUEUES[self.vendor])
        return json.dumps(found)

    def normalise(self, *messages: str) -> list[str]:
        """Run the worker. Returns the ids of the failed messages."""
        event = sqs_event(QUEUES[self.vendor], list(messages))
        response = load_app(f"workers/normalise_{self.vendor}").handler(event, None)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def connect(vendor: str, key: str, **secrets: str) -> Connection:
    """Connect a vendor with an admin key."""
    secret = SECRETS[vendor]
    body = {"secrets": {"signing_secret": secret, **secrets}}
    response = call("PUT", f"/v1/integrations/{vendor}", key=key, json_body=body)
    assert response.status == 200, response.text
    return Connection(vendor, response.json["connection_id"], secret)
