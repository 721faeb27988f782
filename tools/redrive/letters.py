"""Dead letters: looked at and sent again. Nothing of what a message says is shown but names and ids."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HELD_SECONDS = 120
"""So long a look at a queue hides its messages from the next one."""
_A_BATCH = 10
_SHOWN = (
    "vendor", "kind", "raw", "task", "type", "id", "organization_id", "mode", "delivery_id", "webhook_id", "event_id",
    "export_id", "call_id", "lead_id", "seq", "received_at", "created_at", "request_id",
)  # fmt: skip
"""Members that are names, ids or times. Everything else may be somebody's words."""
_BUS_ERRORS = (
    "ERROR_CODE",
    "RULE_ARN",
    "TARGET_ARN",
    "ERROR_MESSAGE",
    "EXHAUSTED_RETRY_CONDITION",
    "RETRY_ATTEMPTS",
)
"""What EventBridge writes on an event that it could not hand to a queue."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A queue and its dead-letter queue, by name and URL."""

    name: str
    url: str
    dead_url: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Letter:
    id: str
    receipt: str
    body: str
    attributes: Mapping[str, Any]
    system: Mapping[str, str]

    @property
    def reason(self) -> str:
        """Why it is here, as far as SQS and EventBridge tell; the worker's log has the rest, under `message_id`."""
        if code := self.attributes.get("ERROR_CODE", {}).get("StringValue"):
            return f"the bus could not deliver it: {code}"
        return f"its worker failed; received {self.system.get('ApproximateReceiveCount', '?')} times, looks included"

    @property
    def about(self) -> dict[str, Any]:
        """What it is about: the raw object's key of a vendor's webhook, the id of an event or of a piece of work."""
        try:
            message = json.loads(self.body)
        except ValueError:
            return {"body": "no JSON"}
        if not isinstance(message, dict):
            return {"body": "no JSON object"}
        envelope = {"detail-type": message["detail-type"]} if "detail-type" in message else {}
        inner = message.get("detail", message)
        inner = inner if isinstance(inner, dict) else {}
        found = {name: inner[name] for name in _SHOWN if isinstance(inner.get(name), str | int)}
        if isinstance(inner.get("data"), dict) and isinstance(inner["data"].get("id"), str):
            found["data.id"] = inner["data"]["id"]
        records = message.get("Records")
        if isinstance(records, list) and records and isinstance(records[0], dict) and "s3" in records[0]:
            found["object"] = records[0]["s3"].get("object", {}).get("key")
        return {**envelope, **found}


def pairs(sqs: Any, urls: Mapping[str, str]) -> list[Pair]:
    """The queues among `urls` (name to URL) that have a dead-letter queue among them, with what waits in it."""
    by_arn, policies = {}, {}
    for name, url in urls.items():
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        by_arn[attributes["QueueArn"]] = (url, int(attributes["ApproximateNumberOfMessages"]))
        if "RedrivePolicy" in attributes:
            policies[name] = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"]
    return [Pair(name, urls[name], *by_arn[arn]) for name, arn in sorted(policies.items()) if arn in by_arn]


def look(sqs: Any, pair: Pair) -> list[Letter]:
    """All that lies in the dead-letter queue, put back at once."""
    found = list(_taken(sqs, pair.dead_url))
    for letter in found:
        _put_back(sqs, pair, letter)
    return found


def send(sqs: Any, pair: Pair, only: str | None = None) -> list[Letter]:
    """Send what lies there (or only the message of that id) to its queue again. Returns what was sent.

    Sent first and deleted then: killed between the two, a message is worked off twice, which every worker stands.
    """
    sent: list[Letter] = []
    others: list[Letter] = []
    for letter in _taken(sqs, pair.dead_url):
        if only not in (None, letter.id):
            others.append(letter)
            continue
        more: dict[str, Any] = {}
        if group := letter.system.get("MessageGroupId"):
            more["MessageGroupId"] = group
        kept = {
            name: _sendable(value) for name, value in letter.attributes.items() if name not in _BUS_ERRORS
        }
        if kept:
            more["MessageAttributes"] = kept
        sqs.send_message(QueueUrl=pair.url, MessageBody=letter.body, **more)
        sqs.delete_message(QueueUrl=pair.dead_url, ReceiptHandle=letter.receipt)
        sent.append(letter)
    for letter in others:
        _put_back(sqs, pair, letter)
    return sent


def _put_back(sqs: Any, pair: Pair, letter: Letter) -> None:
    # Not in flight: the look took longer than the message was held, and it is back already.
    with suppress(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(
            QueueUrl=pair.dead_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )


def _taken(sqs: Any, url: str) -> Iterator[Letter]:
    """Each message once: one that fails again meanwhile is for the next run.

    A look that takes longer than messages are held meets the first ones again. It goes on past them, and ends where
    nothing comes, or as many in a row as there are so far.
    """
    seen: set[str] = set()
    again = 0
    while again <= len(seen):
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_A_BATCH,
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found = answer.get("Messages", [])
        if not found:
            return
        new = [one for one in found if one["MessageId"] not in seen]
        again = 0 if new else again + len(found)
        for one in new:
            seen.add(one["MessageId"])
            yield Letter(
                one["MessageId"],
                one["ReceiptHandle"],
                one["Body"],
                one.get("MessageAttributes", {}),
                one.get("Attributes", {}),
            )


def _sendable(value: Mapping[str, Any]) -> dict[str, Any]:
    members = ("DataType", "StringValue", "BinaryValue")
    return {name: value[name] for name in members if name in value}
