"""List and redrive dead letters. Of a message's content, only names, ids and times are shown."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VISIBILITY_SECONDS = 120
"""The visibility time-out of the messages that a run receives; other receivers do not see them until then."""
_MAX_BATCH_MESSAGES = 10
_SHOWN = (
    "vendor", "kind", "raw", "task", "type", "id", "organization_id", "mode", "delivery_id", "webhook_id", "event_id",
    "export_id", "call_id", "lead_id", "seq", "received_at", "created_at", "request_id",
)  # fmt: skip
"""Fields that are names, ids or times. All other fields may contain personal data."""
_BUS_ERRORS = (
    "ERROR_CODE",
    "RULE_ARN",
    "TARGET_ARN",
    "ERROR_MESSAGE",
    "EXHAUSTED_RETRY_CONDITION",
    "RETRY_ATTEMPTS",
)
"""The attributes that EventBridge adds to an event that it could not deliver to its target."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A queue and its dead-letter queue, by name and URL."""

    name: str
    url: str
    dead_url: str
    waiting: int
    """The approximate number of dead letters."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of a dead-letter queue."""

    id: str
    receipt: str
    body: str
    attributes: Mapping[str, Any]
    system: Mapping[str, str]

    @property
    def reason(self) -> str:
        """The reason, as far as SQS and EventBridge report it. The log of the worker has the error, by `message_id`."""
        if code := self.attributes.get("ERROR_CODE", {}).get("StringValue"):
            return f"EventBridge could not deliver it: {code}"
        receives = self.system.get("ApproximateReceiveCount", "?")
        return f"the worker failed; received {receives} times, including by this tool"

    @property
    def about(self) -> dict[str, Any]:
        """The fields that identify it, such as the object key of a vendor's webhook or the id of an event or task."""
        try:
            message = json.loads(self.body)
        except ValueError:
            return {"body": "not JSON"}
        if not isinstance(message, dict):
            return {"body": "not a JSON object"}
        envelope = {"detail-type": message["detail-type"]} if "detail-type" in message else {}
        inner = message.get("detail", message)
        inner = inner if isinstance(inner, dict) else {}
        fields = {name: inner[name] for name in _SHOWN if isinstance(inner.get(name), str | int)}
        if isinstance(inner.get("data"), dict) and isinstance(inner["data"].get("id"), str):
            fields["data.id"] = inner["data"]["id"]
        records = message.get("Records")
        if isinstance(records, list) and records and isinstance(records[0], dict) and "s3" in records[0]:
            fields["object"] = records[0]["s3"].get("object", {}).get("key")
        return {**envelope, **fields}


def pairs(sqs: Any, urls: Mapping[str, str]) -> list[Pair]:
    """The queues of `urls` (URLs by name) whose dead-letter queue is in `urls` too."""
    by_arn, policies = {}, {}
    for name, url in urls.items():
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        by_arn[attributes["QueueArn"]] = (url, int(attributes["ApproximateNumberOfMessages"]))
        if "RedrivePolicy" in attributes:
            policies[name] = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"]
    return [Pair(name, urls[name], *by_arn[arn]) for name, arn in sorted(policies.items()) if arn in by_arn]


def peek(sqs: Any, pair: Pair) -> list[Letter]:
    """All messages of the dead-letter queue. They remain in it and are visible again at once."""
    letters = list(_received(sqs, pair.dead_url))
    for letter in letters:
        _release(sqs, pair, letter)
    return letters


def send(sqs: Any, pair: Pair, only: str | None = None) -> list[Letter]:
    """Send the dead letters to their queue again, or only the message with the id `only`. Returns the sent ones.

    A message is sent before it is deleted. If the process is killed between the two, the worker receives the message
    twice, which is harmless because every worker is idempotent.
    """
    sent: list[Letter] = []
    others: list[Letter] = []
    for letter in _received(sqs, pair.dead_url):
        if only not in (None, letter.id):
            others.append(letter)
            continue
        options: dict[str, Any] = {}
        if group := letter.system.get("MessageGroupId"):
            options["MessageGroupId"] = group
        kept = {
            name: _sendable(value) for name, value in letter.attributes.items() if name not in _BUS_ERRORS
        }
        if kept:
            options["MessageAttributes"] = kept
        sqs.send_message(QueueUrl=pair.url, MessageBody=letter.body, **options)
        sqs.delete_message(QueueUrl=pair.dead_url, ReceiptHandle=letter.receipt)
        sent.append(letter)
    for letter in others:
        _release(sqs, pair, letter)
    return sent


def _release(sqs: Any, pair: Pair, letter: Letter) -> None:
    # MessageNotInflight: the visibility time-out has passed, so the message is visible already.
    with suppress(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(
            QueueUrl=pair.dead_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )


def _received(sqs: Any, url: str) -> Iterator[Letter]:
    """Each message once. A message that fails again during the run is left for the next run.

    A run longer than VISIBILITY_SECONDS receives messages a second time and skips them. It ends when the queue returns
    no message, or more repeated messages in a row than there are known messages.
    """
    seen: set[str] = set()
    repeated = 0
    while repeated <= len(seen):
        response = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_MAX_BATCH_MESSAGES,
            VisibilityTimeout=VISIBILITY_SECONDS,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = response.get("Messages", [])
        if not messages:
            return
        new = [message for message in messages if message["MessageId"] not in seen]
        repeated = 0 if new else repeated + len(messages)
        for message in new:
            seen.add(message["MessageId"])
            yield Letter(
                message["MessageId"],
                message["ReceiptHandle"],
                message["Body"],
                message.get("MessageAttributes", {}),
                message.get("Attributes", {}),
            )


def _sendable(value: Mapping[str, Any]) -> dict[str, Any]:
    members = ("DataType", "StringValue", "BinaryValue")
    return {name: value[name] for name in members if name in value}
