"""tools.redrive: a dead letter is listed with its reason, and is processed after it is sent again."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from tests.support.callrail import Connection, connect, stored
from tests.support.http import load_app
from tests.support.pipeline import peek, sqs_event
from tools.fixtures.callrail import Call
from tools.fixtures.template import resources
from tools.redrive import letters

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

QUEUES = resources("AWS::SQS::Queue")
PAIRED = sorted(name for name, properties in QUEUES.items() if "RedrivePolicy" in properties)


def dead_of(queue: str) -> str:
    return str(QUEUES[queue]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].partition(".")[0])


@pytest.fixture
def urls(cloud: None) -> dict[str, str]:
    """The template's queues, with their dead-letter queues."""
    found = {name: aws.sqs().get_queue_url(QueueName=name)["QueueUrl"] for name in QUEUES}
    for name in PAIRED:
        policy = {
            "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:123456789012:{dead_of(name)}",
            "maxReceiveCount": 5,
        }
        aws.sqs().set_queue_attributes(QueueUrl=found[name], Attributes={"RedrivePolicy": json.dumps(policy)})
    return found


def pair(urls: dict[str, str], queue: str) -> letters.Pair:
    return next(one for one in letters.pairs(aws.sqs(), urls) if one.name == queue)


def bury(urls: dict[str, str], queue: str, body: str, **more: Any) -> None:
    aws.sqs().send_message(QueueUrl=urls[dead_of(queue)], MessageBody=body, **more)


def test_every_queue_of_the_template_can_be_redriven(urls: dict[str, str]) -> None:
    found = letters.pairs(aws.sqs(), urls)

    assert [one.name for one in found] == PAIRED
    assert {one.url for one in found} | {one.dead_url for one in found} == set(urls.values())


def test_a_poisoned_webhook_is_listed_by_its_raw_objects_key_and_works_when_sent_again(
    urls: dict[str, str], tenant: Tenant
) -> None:
    connection: Connection = connect(tenant.admin)
    assert connection.send("post-call", Call.new().event("post-call")).status == 202
    (message,) = peek("CallrailQueue")
    bury(urls, "CallrailQueue", json.dumps(message))

    assert len(letters.peek(aws.sqs(), pair(urls, "CallrailQueue"))) == 1
    (letter,) = letters.peek(aws.sqs(), pair(urls, "CallrailQueue"))  # peek changes nothing
    assert letter.about["raw"] == message["raw"]
    assert "the worker failed" in letter.reason
    sent = letters.send(aws.sqs(), pair(urls, "CallrailQueue"))

    assert [one.id for one in sent] == [letter.id]
    assert letters.peek(aws.sqs(), pair(urls, "CallrailQueue")) == []
    bodies = [json.dumps(one) for one in peek("CallrailQueue")]
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", bodies), None)
    assert len(stored("CALL", tenant.id)) == 1


def test_of_a_body_nothing_but_names_and_ids_is_shown(urls: dict[str, str]) -> None:
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

    found = [one.about for one in letters.peek(aws.sqs(), pair(urls, "FanOutQueue"))]

    assert {"id": "evt_1", "organization_id": "org_1"}.items() <= found[0].items()
    assert (found[0]["detail-type"], found[0]["data.id"]) == ("lead.created", "lead_1")
    assert "dana" not in str(found)


def test_what_the_bus_could_not_deliver_says_why_and_goes_on_without_that(urls: dict[str, str]) -> None:
    error = {"ERROR_CODE": {"DataType": "String", "StringValue": "NO_PERMISSIONS"}}
    kept = {"trace": {"DataType": "String", "StringValue": "1"}}
    bury(urls, "CountQueue", '{"detail-type": "lead.created", "detail": {}}', MessageAttributes=error | kept)

    (letter,) = letters.send(aws.sqs(), pair(urls, "CountQueue"))

    assert letter.reason == "EventBridge could not deliver it: NO_PERMISSIONS"
    answer = aws.sqs().receive_message(QueueUrl=urls["CountQueue"], MessageAttributeNames=["All"])
    assert list(answer["Messages"][0]["MessageAttributes"]) == ["trace"]


def test_one_message_can_be_sent_alone(urls: dict[str, str]) -> None:
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
        answer = aws.sqs().receive_message(**arguments)
        self.held += [(arguments["QueueUrl"], one["ReceiptHandle"]) for one in answer.get("Messages", [])]
        return answer


@pytest.mark.parametrize("sending", [False, True])
def test_a_run_longer_than_the_visibility_timeout_finds_each_message_once(
    urls: dict[str, str], sending: bool
) -> None:
    for number in range(25):
        bury(urls, "StripeQueue", json.dumps({"id": f"evt_{number}"}))
    there = pair(urls, "StripeQueue")

    if sending:
        (last,) = [one for one in letters.peek(aws.sqs(), there) if one.about["id"] == "evt_24"]
        assert [one.id for one in letters.send(Slow(), there, only=last.id)] == [last.id]
    else:
        found = letters.peek(Slow(), there)
        assert sorted(str(one.about["id"]) for one in found) == sorted(f"evt_{n}" for n in range(25))


def test_killed_between_sending_and_deleting_it_is_there_twice_and_never_lost(
    urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.faults import Killed, watched_calls

    bury(urls, "StripeQueue", json.dumps({"id": "evt_1"}))
    monkeypatch.setattr(letters, "VISIBILITY_SECONDS", 0)
    there = pair(urls, "StripeQueue")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 2
        with pytest.raises(Killed):
            letters.send(aws.sqs(), there)

    letters.send(aws.sqs(), there)
    assert peek("StripeQueue") == [{"id": "evt_1"}] * 2
