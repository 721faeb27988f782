"""Use of AWS by the functions of a test: requests, DynamoDB's units, Lambda's memory, logs, traffic.

The ledger hooks every call of the AWS clients and reads the items before and after it from moto. It knows no module of
ours, so it counts whatever the code does. A call without a rule here is an error, and never free.
"""

from __future__ import annotations

import io
import json
import threading
from collections import Counter, defaultdict
from contextlib import contextmanager, redirect_stdout
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from eal.core import aws, observe
from tests.support.capacity import count_items
from tests.support.http import load_app
from tools.fixtures.template import MAIN, ROOT, WORKERS, functions, parse
from tools.fixtures.virtual_time import LATENCY_SECONDS, virtual_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

    from tests.support.capacity import Amounts
    from tests.support.receiver import Receiver

OTHER_LATENCY_SECONDS = 0.01
"""Assumed for what `tools.fixtures.virtual_time` does not list."""
RECEIVER_SECONDS = 0.15
"""Assumed: a customer's response. The requests of an invocation are concurrent."""
INVOCATION_CPU_SECONDS, CALL_CPU_SECONDS = 0.008, 0.001
"""Assumed: our code and the AWS client, on a whole vCPU."""
VCPU_MB = 1769
"""A function with less memory has a share of a vCPU (Lambda's guide, "Configure Lambda function memory")."""
SYSTEM_LOG_BYTES = 600
"""Lambda's own lines of an invocation, platform.start and platform.report, as JSON."""
HEAD_BYTES = 800
"""The HTTP head of a response or of a delivery."""
TRACED_SHARE = 0.05
"""X-Ray's default sampling rule, after the first request of each second."""
CHUNK_BYTES = 64 * 1024
"""SQS and EventBridge bill each 64 KB as a request."""

OBJECT_WRITES = {
    "PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "ListObjectsV2",
}  # fmt: skip
OBJECT_READS = {"GetObject", "HeadObject"}
FREE = {"DeleteObject", "DeleteObjects", "AbortMultipartUpload"}


class Ledger:
    """`amounts` and `calls` by function. Calls outside `invoke` are the test's own and are not counted."""

    def __init__(self, receiver: Receiver | None = None) -> None:
        self.amounts: dict[str, Amounts] = defaultdict(lambda: defaultdict(float))
        self.calls: dict[str, Counter[str]] = defaultdict(Counter)
        self._receiver = receiver
        self._folder: str | None = None
        self._lock = threading.RLock()

    def invoke(self, folder: str, event: dict[str, Any]) -> Any:
        """Invoke the function, and count the invocation with all that it does."""
        received = len(self._receiver.requests) if self._receiver else 0
        with self.calls_of(folder), virtual_time(_latency_seconds) as time, _standard_output() as output:
            response = load_app(folder).handler(event, None)
        deliveries = self._receiver.requests[received:] if self._receiver else []
        amounts = self.amounts[folder]
        amounts["lambda_requests"] += 1
        cpu_seconds = INVOCATION_CPU_SECONDS + CALL_CPU_SECONDS * len(time.made)
        share = min(1, memory_mb(folder) / VCPU_MB)
        seconds = time.now + cpu_seconds / share + (RECEIVER_SECONDS if deliveries else 0)
        amounts["lambda_gb_seconds"] += seconds * memory_mb(folder) / 1024
        amounts["log_gb"] += (len(output.getvalue().encode()) + SYSTEM_LOG_BYTES) / 1e9
        amounts["traces"] += TRACED_SHARE
        amounts["egress_gb"] += sum(len(delivery.body) + HEAD_BYTES for delivery in deliveries) / 1e9
        if "httpMethod" in event:
            amounts["api_requests"] += 1
            amounts["egress_gb"] += (len(response["body"]) + HEAD_BYTES) / 1e9
        _count_messages(amounts, event.get("Records", ()))
        return response

    @contextmanager
    def calls_of(self, folder: str) -> Iterator[None]:
        """Count the calls of this block as those of an invocation of the function."""
        self._folder = folder
        try:
            yield
        finally:
            self._folder = None

    @contextmanager
    def counting(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        send = aws.Client.call

        def counted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if self._folder is None:
                return send(client, operation, arguments)
            service = client.service
            self.calls[self._folder][operation] += 1
            amounts = self.amounts[self._folder]
            with self._lock:  # the items before and after a call are those of this call
                if service == "dynamodb":
                    return count_items(
                        amounts, lambda given: send(client, operation, given), operation, arguments
                    )
                _count_request(amounts, service, operation, arguments)
                return send(client, operation, arguments)

        with monkeypatch.context() as patch:
            patch.setattr(aws.Client, "call", counted)
            yield


@cache
def memory_mb(folder: str) -> int:
    (properties,) = (found for found in functions().values() if found["CodeUri"] == f"functions/{folder}")
    path = WORKERS if folder.startswith("workers/") else MAIN
    globals_ = parse((ROOT / path).read_text())["Globals"]["Function"]
    return int(properties.get("MemorySize", globals_["MemorySize"]))


@contextmanager
def _standard_output() -> Iterator[io.StringIO]:
    """The output of a function's log. Its logger keeps the stream that it was created with."""
    output = io.StringIO()
    previous = observe.logger.registered_handler.setStream(output)  # type: ignore[attr-defined]
    try:
        with redirect_stdout(output):
            yield output
    finally:
        observe.logger.registered_handler.setStream(previous)  # type: ignore[attr-defined]


def _latency_seconds(operation: str) -> float:
    return LATENCY_SECONDS.get(operation, OTHER_LATENCY_SECONDS)


def _count_messages(amounts: Amounts, records: Sequence[Mapping[str, Any]]) -> None:
    """Lambda receives and deletes the messages of an invocation together. EventBridge and S3 send each of theirs."""
    if not records or records[0]["eventSource"] != "aws:sqs":
        return
    bodies = [record["body"] for record in records]
    amounts["queue_requests"] += _chunks("".join(bodies)) + 1
    sent_by_services = [body for body in bodies if {"detail-type", "Records"} & json.loads(body).keys()]
    amounts["queue_requests"] += sum(map(_chunks, sent_by_services))


def _chunks(text: str) -> int:
    return max(1, ceil(len(text.encode()) / CHUNK_BYTES))


def _count_request(amounts: Amounts, service: str, operation: str, arguments: dict[str, Any]) -> None:
    match service, operation:
        case "sqs", "SendMessage" | "SendMessageBatch":
            entries = arguments.get("Entries", [arguments])
            requests = _chunks("".join(entry["MessageBody"] for entry in entries))
            amounts["queue_requests"] += requests
            amounts["fair_queue_requests"] += requests if "MessageGroupId" in entries[0] else 0
        case "sqs", "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch" | "DeleteMessage":
            amounts["queue_requests"] += 1
        case "events", "PutEvents":
            amounts["bus_events"] += sum(_chunks(entry["Detail"]) for entry in arguments["Entries"])
        case "scheduler", "CreateSchedule":
            amounts["schedules"] += 1
            amounts["queue_requests"] += 1  # its target is a queue
        case "kms", "Encrypt" | "Decrypt" | "GenerateMac":
            amounts["kms_requests"] += 1
        case "s3", _ if operation in OBJECT_WRITES:
            amounts["object_writes"] += 1
        case "s3", _ if operation in OBJECT_READS:
            amounts["object_reads"] += 1
        case "s3", _ if operation in FREE:
            pass
        case _:
            raise NotImplementedError(f"no price for {operation} of {service}")
