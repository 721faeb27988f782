"""The Lambda function that receives a vendor's webhooks: `handler = Receiver(scheme).handler`, on a function URL and
behind API Gateway.

In this order: address, size, connection, signature over the raw bytes, its age, raw body to S3, then 2xx. Nothing else
happens before that, because CallRail does not repeat a webhook that was not answered with 2xx. A duplicate is stored
under the same key, and S3 notifies again: the normaliser recognises it. An unknown kind is stored too, and the
normaliser counts it: a kind that the vendor adds is not lost.

`respond(received, body)` makes the response where somebody waits for it, such as a caller who has pressed a key. It may
return None for the usual one. The normaliser does the same work again, so a fault in `respond` loses nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast
from urllib.parse import parse_qs, urlencode

from eal.core import aws, clock, observe, settings
from eal.core.errors import (
    ApiError,
    InternalError,
    InvalidRequest,
    InvalidSignature,
    NotFound,
    PayloadTooLarge,
    Unavailable,
)
from eal.domain.integrations import connections, inbound
from eal.domain.integrations.model import Failure
from eal.domain.integrations.scheme import SignedRequest
from eal.entry.http.request import Request, Response, error_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.domain.integrations.connections import VendorConnection
    from eal.domain.integrations.messages import ReceivedWebhook
    from eal.domain.integrations.scheme import Acceptance, Scheme
    from eal.entry.http.request import ProxyEvent, ProxyResponse

MAX_BODY_BYTES = 1024 * 1024
TOLERANCE_SECONDS = 300
"""The largest difference between a signature's time and ours: Svix, Standard Webhooks and Stripe recommend it."""
_KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""The kind becomes part of the raw object's key."""
_MAX_DELIVERY_ID_CHARACTERS = 100
"""Svix's ids have 31. Stored in metadata, of which S3 accepts 2 KB; there, a character takes up to 12 bytes."""


class _UrlContext(TypedDict, total=False):
    requestId: str
    http: dict[str, str]


class FunctionUrlEvent(TypedDict):
    """The event of a function URL (payload format 2.0): the members that are read here."""

    version: str
    rawPath: str
    rawQueryString: NotRequired[str]
    headers: dict[str, str]
    requestContext: _UrlContext
    body: NotRequired[str]
    isBase64Encoded: NotRequired[bool]


class Receiver:
    def __init__(
        self, scheme: Scheme, respond: Callable[[ReceivedWebhook, bytes], Acceptance | None] | None = None
    ) -> None:
        self._scheme = scheme
        self._respond = respond
        # CallRail does not repeat a webhook that is not answered in time.
        aws.prepare(aws.dynamodb, aws.kms, aws.s3, observe.metrics)

    def handler(self, event: ProxyEvent | FunctionUrlEvent, context: object) -> ProxyResponse:
        """The Lambda handler, for payload formats 1.0 and 2.0."""
        request = _request(event)
        observe.begin(request.id, vendor=self._scheme.vendor)
        try:
            response = self._receive(request)
            observe.count("inbound_received")
        except ApiError as error:
            observe.count("inbound_refused")
            if (
                "rawPath" in event
            ):  # not through API Gateway: ReceiversRefusedAlarm subtracts these from Url4xxCount
                observe.count("inbound_refused_at_url")
            observe.logger.warning("inbound_refused", code=error.code)
            response = error_response(error, request.id)
        except (aws.Refused, aws.Unreachable) as fault:
            observe.logger.exception("inbound_not_stored", fault=type(fault).__name__)
            response = error_response(Unavailable(), request.id)
        except Exception:  # the vendor gets an error envelope, the log the trace
            observe.logger.exception("unexpected_error")
            response = error_response(InternalError("An internal error occurred. Try again."), request.id)
        observe.flush()
        return response.as_proxy_response(request.id, {})

    def _receive(self, request: Request) -> Response:
        connection_id, kind = _connection_and_kind(request.path)
        if not connections.is_id(connection_id) or not _KIND.fullmatch(kind):
            raise _unknown_address()
        try:
            body = request.raw_body(MAX_BODY_BYTES)
        except PayloadTooLarge:
            self._record_failure(connection_id, "too_large")
            raise
        connection = connections.find(connection_id, self._scheme.vendor)
        if connection is None:
            raise _unknown_address()
        observe.bind(organization_id=connection.organization_id, mode=connection.mode, kind=kind)
        accepted = connection.signing_secrets(clock.now())
        signed = SignedRequest(request.headers, body, tuple(self._urls(request, connection_id, kind)))
        if not self._scheme.is_signed(signed, accepted):
            if request.may_be_altered:
                self._record_failure(connection_id, "invalid_json", connection)
                raise InvalidRequest(
                    "The body is not UTF-8, or it holds U+FFFD and the signature does not match it."
                )
            self._record_failure(connection_id, "invalid_signature", connection)
            raise InvalidSignature(
                "The signature does not match the request and the signing key of this connection."
            )
        if self._is_out_of_time(request):
            self._record_failure(connection_id, "out_of_time", connection)
            raise InvalidSignature(
                f"The timestamp of the signature is more than {TOLERANCE_SECONDS} seconds away from the current time: "
                "the request is a replay, or a clock is wrong."
            )
        if not self._scheme.has_form(body):
            self._record_failure(connection_id, "invalid_json", connection)
            raise InvalidRequest(f"The signature is valid, but the body is not {self._scheme.form}.")
        received = inbound.ingest(
            connection,
            connection_id,
            kind,
            body,
            request_id=request.id,
            delivery_id=self._delivery_id(request),
        )
        accepted_as = self._response_to(received, body) or self._scheme.acceptance
        return Response(accepted_as.status, accepted_as.body, {"Content-Type": accepted_as.content_type})

    def _response_to(self, received: ReceivedWebhook, body: bytes) -> Acceptance | None:
        if self._respond is None:
            return None
        try:
            return self._respond(received, body)
        except Exception:  # the body is stored, so the normaliser does what could not be done now
            observe.logger.exception("inbound_not_answered")
            observe.count("inbound_not_answered")
            return None

    def _urls(self, request: Request, connection_id: str, kind: str) -> list[str]:
        """The addresses that the vendor may have signed: AWS accepts no request whose Host is not its own, and a proxy
        in front of the receivers has an address of its own."""
        urls = [request.url]
        if proxy := settings.receiver_proxy_url(self._scheme.vendor):
            urls.append(f"{proxy.rstrip('/')}/{connection_id}/{kind}")
        pairs = sorted((name, value) for name, values in request.query.items() for value in values)
        query = f"?{urlencode(pairs)}" if pairs else ""
        return [url + query for url in urls]

    def _delivery_id(self, request: Request) -> str:
        given = [
            request.headers.get(self._scheme.id_header or "", ""),
            *request.query.get(self._scheme.id_parameter or "", ()),
        ]
        return next(filter(None, given), "")[:_MAX_DELIVERY_ID_CHARACTERS]

    def _is_out_of_time(self, request: Request) -> bool:
        if self._scheme.signed_at is None:
            return False
        return abs(clock.now().timestamp() - self._scheme.signed_at(request.headers)) > TOLERANCE_SECONDS

    def _record_failure(
        self, connection_id: str, reason: str, connection: VendorConnection | None = None
    ) -> None:
        """Show the tenant why nothing arrives. A fault here does not change the response to the vendor."""
        now = clock.now()
        if connection and connection.just_failed(now):
            return
        try:
            connections.stamp_failure(connection_id, self._scheme.vendor, Failure(at=now, reason=reason))
        except (aws.Refused, aws.Unreachable) as fault:
            observe.logger.warning("failure_not_noted", fault=type(fault).__name__)


def _unknown_address() -> NotFound:
    return NotFound(
        "There is no receiver at this address. Compare it with the receiver_urls of the integration."
    )


def _connection_and_kind(path: str) -> tuple[str, str]:
    """The path's last two parts, both on the function URL and behind API Gateway."""
    parts = path.rstrip("/").split("/")
    return (parts[-2], parts[-1]) if len(parts) >= 2 else ("", "")


def _request(event: ProxyEvent | FunctionUrlEvent) -> Request:
    if "rawPath" not in event:
        return Request(event)
    url_event = cast("FunctionUrlEvent", event)
    http = url_event["requestContext"].get("http", {})
    return Request(
        {
            "httpMethod": http.get("method", "POST"),
            "resource": url_event["rawPath"],
            "path": url_event["rawPath"],
            "headers": url_event["headers"],
            "multiValueQueryStringParameters": parse_qs(url_event.get("rawQueryString", "")),
            "requestContext": {
                "requestId": url_event["requestContext"].get("requestId", ""),
                "identity": {"sourceIp": http.get("sourceIp", "")},
            },
            "body": url_event.get("body"),
            "isBase64Encoded": url_event.get("isBase64Encoded", False),
        }
    )
