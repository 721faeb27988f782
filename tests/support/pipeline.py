"""The asynchronous half in process: stream, bus and queues drive the workers' real handlers until nothing is left.

The table's stream is stood in for by reading the table (moto has no streams in process); everything else is the
template's: the stream's filter, the rules' patterns, which queue feeds which worker.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from eal.core import aws
from tests.support import events
from tests.support.aws import STATE, backend
from tests.support.http import load_app
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Invoke = Callable[[str, dict[str, Any]], Any]

STREAMED = ("EVENT", "TASK", "AUDIT")


def items(kind: str | None = None) -> list[dict[str, Any]]:
    """Every raw item of the State table, of one kind, straight from moto: a scan takes a hundred times as long."""
    found = (item.to_json()["Attributes"] for item in backend("dynamodb").tables[STATE].all_items())
    return [item for item in found if kind is None or item.get("kind", {}).get("S") == kind]


def stream_records(new: list[dict[str, Any]]) -> dict[str, Any]:
    """A stream event of INSERTs, as the relay's filter lets through."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "Keys": {"pk": item["pk"], "sk": item["sk"]},
                    "NewImage": item,
                    "SequenceNumber": str(10**20 + number),
                },
            }
            for number, item in enumerate(new)
        ]
    }


def workers() -> dict[str, str]:
    """Queue to worker folder, by the template."""
    return {
        event["Properties"]["Queue"]["Fn::GetAtt"].partition(".")[0]: properties["CodeUri"].removeprefix(
            "functions/"
        )
        for properties in functions().values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    }


class Pipeline:
    """Run it after something was written. `invoke(folder, event)` stands between a queue and its worker, for tests
    that make one fail."""

    def __init__(self, invoke: Invoke | None = None) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._queues = workers()
        self._invoke = invoke or (lambda folder, event: load_app(folder).handler(event, None))

    def run(self, most_rounds: int = 50) -> None:
        """Until the outbox and every queue are empty. Delayed messages stay where they are."""
        for _ in range(most_rounds):
            if not (self._relay() | self._work()):
                return
        raise AssertionError("the pipeline does not come to rest")

    def _relay(self) -> bool:
        new = [item for item in items() if item["kind"]["S"] in STREAMED and self._is_new(item)]
        if not new:
            return False
        events.check(new)
        answer = self._invoke("workers/relay_outbox", stream_records(new))
        assert answer == {"batchItemFailures": []}
        return True

    def _is_new(self, item: dict[str, Any]) -> bool:
        at = (item["pk"]["S"], item["sk"]["S"])
        if at in self._seen:
            return False
        self._seen.add(at)
        return True

    def _work(self) -> bool:
        worked = False
        for queue, folder in self._queues.items():
            for messages in _batches(queue):
                event = sqs_event(queue, [message["Body"] for message in messages])
                answer = self._invoke(folder, event)
                assert answer == {"batchItemFailures": []}, (folder, answer)
                worked = True
        return worked


def sqs_event(queue: str, bodies: list[str], received: int = 1) -> dict[str, Any]:
    """An SQS event of these message bodies, handed out for the `received`th time."""
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
    """Take the messages off a queue and return their bodies, without EventBridge's envelope."""
    found = []
    for messages in _batches(queue):
        for message in messages:
            body = json.loads(message["Body"])
            found.append(body.get("detail", body))
    return found


@cache
def _url(queue: str) -> str:
    """Cached: queues are made once a process."""
    return str(aws.sqs().get_queue_url(QueueName=queue)["QueueUrl"])


def _batches(queue: str) -> Iterator[list[dict[str, Any]]]:
    if not backend("sqs").queues[queue]._messages:  # most are empty, and asking moto takes milliseconds
        return
    url = _url(queue)
    receive: Callable[..., Any] = aws.sqs().receive_message
    while messages := receive(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        yield messages
