"""S3, for objects that are sent and read in one piece, and for presigned URLs. Everything else is the SDK's.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from eal.core.aws.client import Client
from eal.core.aws.connection import AwsRequest
from eal.core.aws.endpoint import endpoint_of, region
from eal.core.aws.errors import refusal
from eal.core.aws.signature import Signer
from eal.core.aws.transport import AwsTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eal.core.aws.connection import AwsResponse

_METHODS = {"PutObject": "PUT", "GetObject": "GET", "HeadObject": "HEAD", "DeleteObject": "DELETE"}
_OPERATIONS = {"put_object", "get_object", "head_object", "delete_object"}
_HEADERS = {
    "ChecksumSHA256": "x-amz-checksum-sha256",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentLength": "content-length",
    "ContentType": "content-type",
    "IfNoneMatch": "if-none-match",
    "ObjectLockMode": "x-amz-object-lock-mode",
    "ObjectLockRetainUntilDate": "x-amz-object-lock-retain-until-date",
}
_QUERY = {"ResponseContentDisposition": "response-content-disposition"}
_NO_HEADERS = {"Body", "Bucket", "Key", "Metadata", *_QUERY}
_RESULTS = {"ETag": "etag", "VersionId": "x-amz-version-id"}
_METADATA = "x-amz-meta-"


class S3Client(Client):
    def __init__(self) -> None:
        super().__init__("s3")
        # The host that botocore uses: in us-east-1 it has no Region.
        host = "s3.amazonaws.com" if region() == "us-east-1" else f"s3.{region()}.amazonaws.com"
        self._endpoint = endpoint_of(host, "S3")
        self._signer = Signer("s3", region())
        self._transports: dict[str, AwsTransport] = {}

    def generate_presigned_url(self, method: str, Params: Mapping[str, Any], ExpiresIn: int) -> str:
        """A URL that puts or gets one object without credentials. It begins with the object's address."""
        operation = {"put_object": "PutObject", "get_object": "GetObject"}[method]
        host, path = self._address(Params["Bucket"], Params["Key"])
        headers = {"host": host, **_headers(Params)}
        query = {_QUERY[name]: value for name, value in Params.items() if name in _QUERY}
        signed = self._signer.query(
            _METHODS[operation], path, query, headers, seconds=ExpiresIn, at=time.gmtime()
        )
        return f"{self._endpoint.scheme}://{host}{path}?{signed}"

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method not in _OPERATIONS:
            raise AttributeError(f"the client for whole objects has no {method}: use aws.s3_sdk()")
        return super().__getattr__(method)

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Raises: KeyError for an argument that only the SDK's client has."""
        method = _METHODS[operation]
        authority, path = self._address(arguments["Bucket"], arguments["Key"])
        body: bytes = arguments.get("Body", b"")
        digest = hashlib.sha256(body)
        headers = {"host": authority, "x-amz-content-sha256": digest.hexdigest(), **_headers(arguments)}
        if operation == "PutObject":
            # S3 compares it with what arrived, and refuses an object with a retention without a checksum.
            headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
            headers["x-amz-checksum-sha256"] = base64.b64encode(digest.digest()).decode()
        response = self._transport(authority).send(AwsRequest(method, path, headers, body), _code)
        if response.status >= 300:
            raise refusal(operation, _code(response), _element("Message", response.body))
        return _result(operation, response)

    def _address(self, bucket: str, key: str) -> tuple[str, str]:
        """The authority and the path of an object: path-style on the local stack, virtual-hosted on AWS."""
        path = quote(f"/{key}", safe="/~")
        if self._endpoint.is_custom:
            return self._endpoint.authority, f"/{bucket}{path}"
        return f"{bucket}.{self._endpoint.authority}", path

    def _transport(self, authority: str) -> AwsTransport:
        """One for each bucket, which has its own host."""
        if authority not in self._transports:
            endpoint = self._endpoint._replace(authority=authority)
            self._transports.setdefault(authority, AwsTransport("s3", endpoint))
        return self._transports[authority]


def _headers(arguments: Mapping[str, Any]) -> dict[str, str]:
    headers = {_HEADERS[name]: _text(value) for name, value in arguments.items() if name not in _NO_HEADERS}
    metadata = arguments.get("Metadata", {})
    return headers | {f"{_METADATA}{name.lower()}": value for name, value in metadata.items()}


def _text(value: str | int | datetime) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(value)


def _result(operation: str, response: AwsResponse) -> dict[str, Any]:
    """Returns the result of an operation, with the headers in `_RESULTS`."""
    result: dict[str, Any] = {
        name: response.headers[header] for name, header in _RESULTS.items() if header in response.headers
    }
    if operation in ("GetObject", "HeadObject"):
        result["ContentType"] = response.headers.get("content-type", "")
        result["ContentLength"] = int(response.headers.get("content-length", len(response.body)))
        result["Metadata"] = {
            name.removeprefix(_METADATA): value
            for name, value in response.headers.items()
            if name.startswith(_METADATA)
        }
    if operation == "GetObject":
        result["Body"] = io.BytesIO(response.body)
    return result


def _code(response: AwsResponse) -> str:
    """The error's code, such as NoSuchKey. The response to a HEAD has no body, so its code is the status."""
    if response.status < 300:
        return ""
    return _element("Code", response.body) or str(response.status)


def _element(name: str, body: bytes) -> str:
    """The text of an element of an error, which has one level: `<Error><Code>NoSuchKey</Code>…`."""
    found = re.search(rf"<{name}>([^<]*)</{name}>", body.decode("utf-8", "replace"))
    return found[1] if found else ""
