"""The comparison of the soak benchmark finds each kind of loss."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from tools.bench.accepted import GENESIS, compare
from tools.bench.load import Customer, Receivers
from tools.fixtures.client import ApiResponse, Stack

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD, SLOW = "/good/0", "/slow/0"


@dataclass
class World:
    """A stack that returns these documents, and its only customer."""

    feed: list[dict[str, Any]]
    records: list[dict[str, Any]]
    customer: Customer
    receivers: Receivers
    queues: dict[str, int] = field(default_factory=lambda: {"DeliveryQueue": 3, "FanOutQueue": 0})
    pending: list[Any] = field(default_factory=list)

    def faults(self) -> list[str]:
        return compare(cast("Stack", self), [self.customer], self.receivers).faults

    def call(self, _method: str, path: str, *, key: str) -> ApiResponse:
        lists = {"/events": self.feed, "/audit-log": self.records}
        page = {"data": lists.get(path.partition("?")[0], self.pending), "next_cursor": None}
        return ApiResponse(200, {}, json.dumps(page).encode())

    def client(self, _service: str) -> World:
        return self

    def list_queues(self) -> dict[str, list[str]]:
        return {"QueueUrls": [f"http://localhost/{name}" for name in self.queues]}

    def get_queue_attributes(self, **arguments: Any) -> dict[str, dict[str, str]]:
        count = self.queues[arguments["QueueUrl"].rpartition("/")[2]]
        return {"Attributes": {"ApproximateNumberOfMessages": str(count)}}


@pytest.fixture
def world() -> World:
    """A lead that was created and then updated twice."""
    types = ("lead.created", "lead.updated", "lead.updated")
    feed = [
        {"id": f"evt_{number}", "type": event_type, "sequence": number, "data": {"id": "lead_1"}}
        for number, event_type in enumerate(types, 1)
    ]
    records = [
        {
            "id": f"aud_{number}",
            "action": event_type,
            "seq": number,
            "resource": {"id": "lead_1"},
            "previous_hash": f"hash_{number - 1}" if number > 1 else GENESIS,
            "hash": f"hash_{number}",
        }
        for number, event_type in enumerate(types, 1)
    ]
    arrived = {path: {f"evt_{number}": ["body"] for number in (1, 2, 3)} for path in (GOOD, SLOW)}
    customer = Customer(
        "org_1",
        "key",
        "connection",
        "signing key",
        "http://127.0.0.1/recordings/1",
        {"good": GOOD, "slow": SLOW},
        {"good": "wh_1", "slow": "wh_2"},
    )
    customer.accepted = Counter({("lead.created", "lead_1"): 1, ("lead.updated", "lead_1"): 2})
    return World(feed, records[::-1], customer, Receivers(arrived))


def test_a_world_without_loss_has_no_faults(world: World) -> None:
    world.receivers.arrived[GOOD]["evt_1"].append("body")  # sent again, with the same id

    assert world.faults() == []


@pytest.mark.parametrize(("field_name", "faults"), [("dispatch.action", 0), ("intent", 1)])
def test_a_dispatch_is_in_the_record_of_the_classification(
    world: World, field_name: str, faults: int
) -> None:
    call = {"id": "call_1", "vendor_call_id": "CAL1"}
    for number, event_type in ((4, "call.classified"), (5, "call.dispatched")):
        world.feed.append({"id": f"evt_{number}", "type": event_type, "sequence": number, "data": call})
        for path in (GOOD, SLOW):
            world.receivers.arrived[path][f"evt_{number}"] = ["body"]
        world.customer.accepted[event_type, "CAL1"] += 1
    world.records.append(
        {
            "id": "aud_4",
            "action": "call.classified",
            "seq": 4,
            "resource": {"id": "call_1"},
            "previous_hash": "hash_3",
            "hash": "hash_4",
            "changes": [{"field": field_name, "from": None, "to": "x"}],
        }
    )

    assert len(world.faults()) == faults


def test_a_change_whose_response_was_lost_may_be_found_or_not(world: World) -> None:
    world.customer.accepted["lead.updated", "lead_1"] = 1
    world.customer.uncertain["lead.updated", "lead_1"] = 1
    assert world.faults() == []

    world.customer.uncertain.clear()
    assert world.faults() != []


def _renumber(world: World) -> None:
    world.feed[1]["sequence"] = 4


def _break_the_chain(world: World) -> None:
    world.records[0]["previous_hash"] = "other"


def _change_a_body(world: World) -> None:
    world.receivers.arrived[SLOW]["evt_2"].append("another body")


def _send_what_is_not_in_the_feed(world: World) -> None:
    world.receivers.arrived[GOOD]["evt_9"] = ["body"]


LOSSES: dict[str, Callable[[World], object]] = {
    "an event": lambda world: world.feed.pop(),
    "a number of the feed": _renumber,
    "an event twice": lambda world: world.feed.append({**world.feed[0], "sequence": 4}),
    "an audit record": lambda world: world.records.pop(0),
    "an audit record in the middle": lambda world: world.records.pop(1),
    "the hash chain": _break_the_chain,
    "a delivery": lambda world: world.receivers.arrived[GOOD].pop("evt_2"),
    "the same body": _change_a_body,
    "a delivery of no event": _send_what_is_not_in_the_feed,
    "a message": lambda world: world.queues.update(FanOutQueue=1),
    "a dead letter": lambda world: world.queues.update(DeliveryQueueDead=1),
    "a pending delivery": lambda world: world.pending.append({"id": "dlv_1"}),
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
def test_each_loss_is_a_fault(world: World, lose: Callable[[World], object]) -> None:
    lose(world)

    assert world.faults() != []
