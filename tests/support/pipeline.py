"""Asynchronous work in process: stream, bus and queues invoke the workers' real handlers until all are empty.

Reads of the table replace its stream, because moto has no streams in process. The rules' patterns and the queues of
workers are the template's.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from eal.core import aws, clock
from eal.core.table.item import decode, encode
from tests.support import events
from tests.support.aws import STATE, backend
from tests.support.capacity import stored
from tests.support.http import load_app
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Invoke = Callable[[str, dict[str, Any]], Any]

STREAMED = ("EVENT", "TASK", "AUDIT")


def items(kind: str | None = None) -> list[dict[str, Any]]:
    """The raw items of the State table, or those of one kind, from moto's state, a hundred times as fast as a scan.

    Compressed values are shown as they would be stored without compression, so that a test can search them.
    """
    return [plain(item) for item in _raw_items() if kind is None or item.get("kind", {}).get("S") == kind]


def _raw_items() -> list[dict[str, Any]]:
    return [item.to_json()["Attributes"] for item in backend("dynamodb").tables[STATE].all_items()]


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """The item as it would be stored without compression."""
    return {name: encode(decode(value)) if "B" in value else value for name, value in item.items()}


def unpublished(kind: str | None = None) -> list[dict[str, Any]]:
    """The raw items of the outbox, or those of one kind, that a pointer names."""
    named = {item_id for pointer in items("PENDING") for item_id in pointer["unpublished"]["M"]}
    return [item for item in items(kind) if item["kind"]["S"] in STREAMED and item["id"]["S"] in named]


def stream_records(new: list[dict[str, Any]]) -> dict[str, Any]:
    """A stream event of INSERTs, as the relay receives it after the filter."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "Keys": {"pk": item["pk"], "sk": item["sk"]},
                    "NewImage": _image(item),
                    "SequenceNumber": str(10**20 + number),
                },
            }
            for number, item in enumerate(new)
        ]
    }


def _image(item: dict[str, Any]) -> dict[str, Any]:
    """An item as the stream has it: compressed if it is stored so, and binary values as base64."""
    as_stored = stored(STATE, {name: item[name] for name in ("pk", "sk")})
    return as_stored if as_stored and plain(as_stored) == item else item


def workers() -> dict[str, str]:
    """Queue to worker folder, from the template."""
    return {
        event["Properties"]["Queue"]["Fn::GetAtt"].partition(".")[0]: properties["CodeUri"].removeprefix(
            "functions/"
        )
        for properties in functions().values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    }


class Pipeline:
    """Publishes and processes new items of the outbox. `invoke(folder, event)` invokes a worker; a test can replace it
    to make one fail."""

    def __init__(self, invoke: Invoke | None = None) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._queues = workers()
        self._invoke = invoke or (lambda folder, event: load_app(folder).handler(event, None))

    def run(self, max_rounds: int = 50) -> None:
        """Run until the outbox and every queue are empty. Delayed messages remain in their queues."""
        for _ in range(max_rounds):
            if not (self._relay() | self._work()):
                return
        raise AssertionError("the outbox or a queue is not empty after max_rounds")

    def _relay(self) -> bool:
        new = [item for item in _raw_items() if item["kind"]["S"] in STREAMED and self._is_new(item)]
        if not new:
            return False
        events.check([plain(item) for item in new])
        response = self._invoke("workers/relay_outbox", stream_records(new))
        assert response == {"batchItemFailures": []}
        return True

    def _is_new(self, item: dict[str, Any]) -> bool:
        key = (item["pk"]["S"], item["sk"]["S"])
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _work(self) -> bool:
        worked = False
        for queue, folder in self._queues.items():
            for messages in _batches(queue):
                event = sqs_event(queue, [message["Body"] for message in messages])
                response = self._invoke(folder, event)
                assert response == {"batchItemFailures": []}, (folder, response)
                worked = True
        return worked


def sqs_event(queue: str, bodies: list[str], received: int = 1) -> dict[str, Any]:
    """An SQS event of these message bodies, in the `received`th receive."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(received), "SentTimestamp": "0"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue}",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def peek(queue: str) -> list[Any]:
    """Delete the messages of a queue and return their bodies, without EventBridge's envelope."""
    found = []
    for messages in _batches(queue):
        for message in messages:
            body = json.loads(message["Body"])
            found.append(body.get("detail", body))
    return found


def delayed(queue: str) -> list[Any]:
    """Take the messages of a queue, whatever their delay."""
    for message in backend("sqs").queues[queue]._messages:
        message.delayed_until = 0
    return peek(queue)


@cache
def _url(queue: str) -> str:
    """Cached, because queues are created once per process."""
    return str(aws.sqs().get_queue_url(QueueName=queue)["QueueUrl"])


def _batches(queue: str) -> Iterator[list[dict[str, Any]]]:
    if not backend("sqs").queues[queue]._messages:  # most queues are empty, and a receive takes milliseconds
        return
    url = _url(queue)
    receive: Callable[..., Any] = aws.sqs().receive_message
    while messages := receive(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        yield messages


def expire_items() -> None:
    """Delete the items of the State table whose time to live has passed, as DynamoDB does within days."""
    now = clock.now().timestamp()
    for item in items():
        if "ttl" in item and int(item["ttl"]["N"]) < now:
            key = {name: item[name] for name in ("pk", "sk")}
            aws.dynamodb().delete_item(TableName=STATE, Key=key)
