"""An API Gateway REST proxy event as a request, and a response in the form that API Gateway expects."""

import base64
import binascii
import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import NotRequired, TypedDict

from eal.core import settings
from eal.core.errors import ApiError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from eal.core.json import MAX_NUMBER, Json

MAX_BODY_BYTES = 256 * 1024
CLIENT_IP_HEADER = "x-eal-client-ip"
_BASE_PATH = "/api"
"""The base path of the API's own domain, in template.yaml. API Gateway leaves it in `path`, other than the stage of the
execute-api address: github.com/aws-powertools/powertools-lambda-python, issue 576.
"""

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class _Identity(TypedDict, total=False):
    sourceIp: str


class _RequestContext(TypedDict, total=False):
    requestId: str
    path: str
    identity: _Identity


class ProxyEvent(TypedDict):
    """The event of API Gateway's proxy integration (payload format 1.0); only the members that are read here."""

    httpMethod: str
    resource: str
    path: str
    headers: NotRequired[dict[str, str] | None]
    multiValueHeaders: NotRequired[dict[str, list[str]] | None]
    queryStringParameters: NotRequired[dict[str, str] | None]
    multiValueQueryStringParameters: NotRequired[dict[str, list[str]] | None]
    pathParameters: NotRequired[dict[str, str] | None]
    requestContext: _RequestContext
    body: NotRequired[str | None]
    isBase64Encoded: NotRequired[bool]


class ProxyResponse(TypedDict):
    statusCode: int
    headers: dict[str, str]
    body: str


class Response:
    """A status and a JSON text. An empty text means no body.

    `resource_ids` are the resources whose erasure must reach a stored copy of the response.
    """

    def __init__(
        self,
        status: int,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        resource_ids: tuple[str, ...] = (),
    ) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.resource_ids = resource_ids

    def as_proxy_response(self, request_id: str, more: Mapping[str, str]) -> ProxyResponse:
        headers = {**HEADERS, **more, **self.headers, "X-Request-Id": request_id}
        if not self.body:
            del headers["Content-Type"]
        return {"statusCode": self.status, "headers": headers, "body": self.body}


def error_response(error: ApiError, request_id: str) -> Response:
    """An error in the error envelope."""
    envelope = {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": {"request_id": request_id, **error.details},
        }
    }
    # The message may quote the request, and half a surrogate pair in it has no UTF-8 form.
    body = json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode(errors="replace").decode()
    return Response(error.status, body, error.headers)


class Request:
    """One HTTP request. Header names are lower-cased; `query` has each parameter's values."""

    def __init__(self, event: ProxyEvent) -> None:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        for name, values in (event.get("multiValueHeaders") or {}).items():
            headers.setdefault(name.lower(), ",".join(values))
        query = event.get("multiValueQueryStringParameters")
        if query is None:
            query = {name: [value] for name, value in (event.get("queryStringParameters") or {}).items()}
        context = event["requestContext"]
        self.id = context.get("requestId", "")
        self.method = event["httpMethod"]
        path = event["path"]
        self.path = path.removeprefix(_BASE_PATH) if path.startswith(f"{_BASE_PATH}/") else path
        self.headers = headers
        self.query = query
        self.path_parameters = event.get("pathParameters") or {}
        self.ip = context.get("identity", {}).get("sourceIp", "")
        self._full_path = context.get("path", event["path"])
        self._body = event.get("body")
        self._is_base64 = event.get("isBase64Encoded", False)

    @property
    def url(self) -> str:
        """The address that the client used, without its query: with the stage, or the base path of a custom domain.

        API Gateway accepts no request whose Host is not its own.
        """
        scheme = "http" if settings.is_local() else "https"
        return f"{scheme}://{self.headers.get('host', '')}{self._full_path}"

    @property
    def client_ip(self) -> str:
        """The address of the browser for which the dashboard sends this, or else where it comes from.

        Believed only with a session, or with the code of a sign-in: its holder can state another address of their own,
        and nobody else's (docs/decisions/0061).
        """
        stated = self.headers.get(CLIENT_IP_HEADER)
        if stated is None:
            return self.ip
        try:
            return str(ip_address(stated.strip()))
        except ValueError:
            return self.ip

    def raw_body(self, max_bytes: int = MAX_BODY_BYTES) -> bytes:
        """The body's bytes.

        Raises: PayloadTooLarge, InvalidRequest.
        """
        text = self._body or ""
        try:
            body = base64.b64decode(text, validate=True) if self._is_base64 else text.encode()
        except (binascii.Error, UnicodeEncodeError) as wrong:
            raise InvalidRequest("The body cannot be decoded.") from wrong
        if len(body) > max_bytes:
            raise PayloadTooLarge(
                f"The body has {len(body)} bytes. The limit is {max_bytes} bytes.", limit=max_bytes
            )
        return body

    @property
    def may_be_altered(self) -> bool:
        """Whether the body came as text with U+FFFD, which stands there for any bytes that are not UTF-8.

        API Gateway hands over bytes, as all media types are binary for it (template.yaml); a function URL makes text
        of JSON.
        """
        return not self._is_base64 and "\ufffd" in (self._body or "")

    def json_object(self, *, optional: bool) -> dict[str, Json]:
        """The body as a JSON object, or `{}` if it is empty and `optional`.

        Raises: PayloadTooLarge, UnsupportedMediaType, InvalidRequest.
        """
        body = self.raw_body()
        if not body and optional:
            return {}
        media_type = self.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaType(
                f"The Content-Type must be application/json, not '{media_type[:100]}'."
            )
        if not body.strip():
            raise InvalidRequest("The body is empty. Send a JSON object.")
        if self.may_be_altered:
            raise InvalidRequest("The body is not valid JSON: it is not UTF-8.")
        try:
            # RFC 8259: UTF-8 alone. Of bytes, json.loads would also take UTF-16, UTF-32 and surrogates.
            value = json.loads(
                body.decode("utf-8-sig"),
                object_pairs_hook=_object,
                parse_float=_number,
                parse_constant=_refuse_constant,
            )
        except (ValueError, RecursionError) as wrong:
            raise InvalidRequest(f"The body is not valid JSON: {_where(wrong)}.") from wrong
        if not isinstance(value, dict):
            raise InvalidRequest("The body must be a JSON object.")
        return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Raises: InvalidRequest for a member that occurs twice, of which parsers take different ones (RFC 8259, section
    4): what a proxy or a log of the client's shows must be what counts here."""
    members: dict[str, Json] = {}
    for name, value in pairs:
        if name in members:
            raise InvalidRequest(f"The body has the member '{name[:100]}' twice in one object. Send it once.")
        members[name] = value
    return members


def _number(text: str) -> int | float:
    """JSON has one type of number, and 1.0 is an integer (JSON Schema 2020-12, validation, section 6.1.1)."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= MAX_NUMBER else value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _where(wrong: Exception) -> str:
    if isinstance(wrong, json.JSONDecodeError):
        return f"{wrong.msg} at line {wrong.lineno}, column {wrong.colno}"
    if isinstance(wrong, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it is nested too deeply, or has a number that JSON does not allow"
