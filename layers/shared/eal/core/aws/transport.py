"""Signed requests to one service, each tried up to three times."""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from typing import TYPE_CHECKING

from eal.core.aws import client, retries
from eal.core.aws.connection import AwsRequest, AwsResponse, Host
from eal.core.aws.endpoint import region
from eal.core.aws.errors import NotConnected, Unreachable
from eal.core.aws.signature import Signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.core.aws.endpoint import AwsEndpoint

DEADLINE_SECONDS = 8.0
"""Maximum duration of a call with all its attempts, in seconds: it ends before an endpoint's timeout of ten seconds."""


class AwsTransport:
    """Sends the requests of one client. Safe in threads."""

    def __init__(self, service: str, endpoint: AwsEndpoint) -> None:
        self._service = service
        self._signer = Signer(service, region())
        self._host = Host(endpoint, read_seconds=client.READ_SECONDS, max_connections=client.MAX_CONNECTIONS)
        self._quota = retries.Quota()

    def send(self, request: AwsRequest, code_of: Callable[[AwsResponse], str]) -> AwsResponse:
        """The response, which may be an error. `code_of` reads the code of one. The headers of the request have `host`.

        Raises: Unreachable.
        """
        deadline = time.monotonic() + DEADLINE_SECONDS
        outcome = self._attempt(request, deadline)
        taken = 1  # what a success puts back into the quota
        for attempt in range(1, retries.ATTEMPTS):
            if isinstance(outcome, AwsResponse) and not retries.is_transient(
                outcome.status, code_of(outcome)
            ):
                break
            pause = retries.pause_seconds(attempt)
            cost = retries.COST_OF_TIMEOUT if _is_timeout(outcome) else retries.COST
            if time.monotonic() + pause >= deadline or not self._quota.take(cost):
                break
            taken = cost
            time.sleep(pause)
            outcome = self._attempt(request, deadline)
        if isinstance(outcome, Unreachable):
            raise outcome
        if outcome.status < 300:
            self._quota.put_back(taken)
        return outcome

    def close(self) -> None:
        self._host.close()

    def _attempt(self, request: AwsRequest, deadline: float) -> AwsResponse | Unreachable:
        """Each attempt has its own signature, because a signature is valid for five minutes only."""
        signed = self._signed(request)
        try:
            response = self._host.exchange(signed, deadline)
        except NotConnected as fault:
            return fault
        except OSError as fault:
            unreachable = Unreachable(f"{self._service}: {type(fault).__name__}")
            unreachable.__cause__ = fault
            return unreachable
        if not _is_intact(response):
            return Unreachable(f"{self._service}: the response does not match its checksum")
        return response

    def _signed(self, request: AwsRequest) -> AwsRequest:
        method, target, headers, body = request
        payload_hash = headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()
        signed = self._signer.headers(method, target, headers, payload_hash, time.gmtime())
        signed["content-length"] = str(len(body))
        signed["user-agent"] = "eal"
        trace = os.environ.get("_X_AMZN_TRACE_ID")
        if trace and "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            # Lambda detects by it that functions invoke each other in a circle ("Recursive loop detection").
            signed["x-amzn-trace-id"] = trace
        return AwsRequest(method, target, signed, body)


def _is_intact(response: AwsResponse) -> bool:
    """Whether the body has the CRC32 of its header, which DynamoDB sends. botocore compares it, too."""
    stated = response.headers.get("x-amz-crc32")
    return stated is None or stated == str(zlib.crc32(response.body))


def _is_timeout(outcome: AwsResponse | Unreachable) -> bool:
    return isinstance(outcome, Unreachable) and isinstance(outcome.__cause__, TimeoutError)
