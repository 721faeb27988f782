"""tools.redrive: lists dead letters with their reason, and sends them again."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from tests.support.callrail import Connection, connect, stored
from tests.support.http import load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import peek, sqs_event
from tools.fixtures.callrail import Call
from tools.fixtures.template import resources
from tools.redrive import letters

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

QUEUES = resources("AWS::SQS::Queue")
WITH_DEAD_LETTER_QUEUE = sorted(name for name, properties in QUEUES.items() if "RedrivePolicy" in properties)


def dead_of(queue: str) -> str:
    return str(QUEUES[queue]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].partition(".")[0])


@pytest.fixture
def urls(cloud: None) -> dict[str, str]:
    """The URLs of the template's queues by name, with redrive policies to their dead-letter queues."""
    found = {name: aws.sqs().get_queue_url(QueueName=name)["QueueUrl"] for name in QUEUES}
    for name in WITH_DEAD_LETTER_QUEUE:
        policy = {
            "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:123456789012:{dead_of(name)}",
            "maxReceiveCount": 5,
        }
        aws.sqs().set_queue_attributes(QueueUrl=found[name], Attributes={"RedrivePolicy": json.dumps(policy)})
    return found


def pair(urls: dict[str, str], queue: str) -> letters.Pair:
    return next(found for found in letters.pairs(aws.sqs(), urls) if found.name == queue)


def bury(urls: dict[str, str], queue: str, body: str, **more: Any) -> None:
    aws.sqs().send_message(QueueUrl=urls[dead_of(queue)], MessageBody=body, **more)


def test_every_queue_of_the_template_can_be_redriven(urls: dict[str, str]) -> None:
    pairs = letters.pairs(aws.sqs(), urls)

    assert [found.name for found in pairs] == WITH_DEAD_LETTER_QUEUE
    assert {found.url for found in pairs} | {found.dead_url for found in pairs} == set(urls.values())


def test_a_dead_letter_of_a_receiver_is_listed_by_its_object_key_and_succeeds_after_a_redrive(
    urls: dict[str, str], tenant: Tenant
) -> None:
    connection: Connection = connect(tenant.admin)
    assert connection.send("post-call", Call.new().event("post-call")).status == 202
    (message,) = enqueued("CallrailQueue")
    bury(urls, "CallrailQueue", json.dumps(message))

    assert len(letters.peek(aws.sqs(), pair(urls, "CallrailQueue"))) == 1
    (letter,) = letters.peek(aws.sqs(), pair(urls, "CallrailQueue"))  # listing changes nothing
    assert letter.about["raw"] == message["raw"]
    assert "the worker failed" in letter.reason
    sent = letters.send(aws.sqs(), pair(urls, "CallrailQueue"))

    assert [redriven.id for redriven in sent] == [letter.id]
    assert letters.peek(aws.sqs(), pair(urls, "CallrailQueue")) == []
    bodies = [json.dumps(redriven) for redriven in enqueued("CallrailQueue")]
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", bodies), None)
    assert len(stored("CALL", tenant.id)) == 1


def test_only_names_and_ids_of_a_body_are_shown(urls: dict[str, str]) -> None:
    event = {
        "detail-type": "lead.created",
        "detail": {
            "id": "evt_1",
            "type": "lead.created",
            "organization_id": "org_1",
            "data": {"id": "lead_1", "email": "dana@example.com"},
        },
    }
    bury(urls, "FanOutQueue", json.dumps(event))
    bury(urls, "FanOutQueue", "dana@example.com")

    found = [letter.about for letter in letters.peek(aws.sqs(), pair(urls, "FanOutQueue"))]

    assert {"id": "evt_1", "organization_id": "org_1"}.items() <= found[0].items()
    assert (found[0]["detail-type"], found[0]["data.id"]) == ("lead.created", "lead_1")
    assert "dana" not in str(found)


def test_an_event_that_the_bus_could_not_deliver_has_a_reason_and_is_redriven_without_it(
    urls: dict[str, str],
) -> None:
    error = {"ERROR_CODE": {"DataType": "String", "StringValue": "NO_PERMISSIONS"}}
    other = {"trace": {"DataType": "String", "StringValue": "1"}}
    bury(urls, "CountQueue", '{"detail-type": "lead.created", "detail": {}}', MessageAttributes=error | other)

    (letter,) = letters.send(aws.sqs(), pair(urls, "CountQueue"))

    assert letter.reason == "EventBridge could not deliver it: NO_PERMISSIONS"
    response = aws.sqs().receive_message(QueueUrl=urls["CountQueue"], MessageAttributeNames=["All"])
    assert list(response["Messages"][0]["MessageAttributes"]) == ["trace"]


def test_a_single_message_can_be_redriven(urls: dict[str, str]) -> None:
    for number in range(25):
        bury(urls, "StripeQueue", json.dumps({"id": f"evt_{number}"}))
    chosen = random.choice(letters.peek(aws.sqs(), pair(urls, "StripeQueue")))

    letters.send(aws.sqs(), pair(urls, "StripeQueue"), only=chosen.id)

    assert peek("StripeQueue") == [chosen.about]
    assert len(letters.peek(aws.sqs(), pair(urls, "StripeQueue"))) == 24


class Slow:
    """A client whose third receive makes all messages visible again, as after VISIBILITY_SECONDS."""

    def __init__(self) -> None:
        self.receives = 0
        self.held: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(aws.sqs(), name)

    def receive_message(self, **arguments: Any) -> Any:
        self.receives += 1
        if self.receives == 3:
            for url, receipt in self.held:
                aws.sqs().change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
        response = aws.sqs().receive_message(**arguments)
        self.held += [
            (arguments["QueueUrl"], message["ReceiptHandle"]) for message in response.get("Messages", [])
        ]
        return response


@pytest.mark.parametrize("sending", [False, True])
def test_a_listing_that_outlasts_the_visibility_timeout_has_each_message_once(
    urls: dict[str, str], sending: bool
) -> None:
    for number in range(25):
        bury(urls, "StripeQueue", json.dumps({"id": f"evt_{number}"}))
    stripe = pair(urls, "StripeQueue")

    if sending:
        (last,) = [letter for letter in letters.peek(aws.sqs(), stripe) if letter.about["id"] == "evt_24"]
        assert [letter.id for letter in letters.send(Slow(), stripe, only=last.id)] == [last.id]
    else:
        found = letters.peek(Slow(), stripe)
        assert sorted(str(letter.about["id"]) for letter in found) == sorted(f"evt_{n}" for n in range(25))


def test_a_kill_between_send_and_delete_duplicates_the_message_and_does_not_lose_it(
    urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.faults import Killed, watched_calls

    bury(urls, "StripeQueue", json.dumps({"id": "evt_1"}))
    monkeypatch.setattr(letters, "VISIBILITY_SECONDS", 0)
    stripe = pair(urls, "StripeQueue")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 2
        with pytest.raises(Killed):
            letters.send(aws.sqs(), stripe)

    letters.send(aws.sqs(), stripe)
    assert peek("StripeQueue") == [{"id": "evt_1"}] * 2
