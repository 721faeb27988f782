"""AWS Signature Version 4, for a request's headers and for presigned URLs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from time import struct_time

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"


class Signer:
    """Signs for one service in one Region.

    The credentials are those that Lambda sets in the environment. They are valid for as long as the process, and are
    read for each signature, so that this object can be created without any.
    """

    def __init__(self, service: str, region: str) -> None:
        self._service = service
        self._region = region

    def headers(
        self, method: str, path: str, headers: Mapping[str, str], payload_hash: str, at: struct_time
    ) -> dict[str, str]:
        """The headers with a signature of them all. Their names are lower case, `host` is among them."""
        signed = {**headers, "x-amz-date": _timestamp(at)}
        if token := os.environ.get("AWS_SESSION_TOKEN"):
            signed["x-amz-security-token"] = token
        canonical = _canonical_request(method, path, "", signed, payload_hash)
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={self._credential(at)}, SignedHeaders={_names(signed)},"
            f" Signature={self._signature(canonical, at)}"
        )
        return signed

    def query(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        seconds: int,
        at: struct_time,
    ) -> str:
        """The query of a presigned URL. Whoever uses the URL must send the same headers."""
        from urllib.parse import quote

        parameters = {
            **query,
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": self._credential(at),
            "X-Amz-Date": _timestamp(at),
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": _names(headers),
        }
        if token := os.environ.get("AWS_SESSION_TOKEN"):
            parameters["X-Amz-Security-Token"] = token
        text = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters.items())
        )
        canonical = _canonical_request(method, path, text, headers, _UNSIGNED)
        return f"{text}&X-Amz-Signature={self._signature(canonical, at)}"

    def _credential(self, at: struct_time) -> str:
        return f"{os.environ['AWS_ACCESS_KEY_ID']}/{self._scope(at)}"

    def _scope(self, at: struct_time) -> str:
        return f"{_timestamp(at)[:8]}/{self._region}/{self._service}/aws4_request"

    def _signature(self, canonical_request: str, at: struct_time) -> str:
        scope = self._scope(at)
        key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        request_hash = hashlib.sha256(canonical_request.encode()).hexdigest()
        text = "\n".join((_ALGORITHM, _timestamp(at), scope, request_hash))
        return hmac.digest(key, text.encode(), "sha256").hex()


def _canonical_request(
    method: str, path: str, query: str, headers: Mapping[str, str], payload_hash: str
) -> str:
    """The path is not normalised: S3's is signed as it is sent, and that of the other services is always `/`."""
    lines = (f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers))
    return "\n".join((method, path, query, *lines, "", _names(headers), payload_hash))


def _names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(headers))


def _timestamp(at: struct_time) -> str:
    return f"{at.tm_year:04}{at.tm_mon:02}{at.tm_mday:02}T{at.tm_hour:02}{at.tm_min:02}{at.tm_sec:02}Z"
