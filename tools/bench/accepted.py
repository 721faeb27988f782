"""Compare what a stack accepted with its audit log, its feed, its deliveries and its queues."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from tools.bench.load import CALL_EVENTS, IMPORTED_ROWS, SUBSCRIBED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.bench.load import Change, Customer, Receivers
    from tools.fixtures.client import Stack

MAX_PAGE = 200
GENESIS = "0" * 64
RELIABLE = ("good", "slow")
"""The receivers that accept every request."""

type Document = dict[str, Any]


@dataclass(slots=True)
class Comparison:
    """`counts` has the expected and the found number by what was compared; `faults` each difference."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, expected: int, found: int) -> None:
        before = self.counts.get(name, (0, 0))
        self.counts[name] = (before[0] + expected, before[1] + found)


def compare(stack: Stack, customers: list[Customer], receivers: Receivers) -> Comparison:
    result = Comparison()
    try:
        _compare_queues(result, stack)
        for customer in customers:
            feed = _pages(stack, customer, "/events")
            records = sorted(_pages(stack, customer, "/audit-log"), key=lambda record: record["seq"] or 0)
            _compare_feed(result, customer, feed)
            _compare_audit(result, customer, feed, records)
            _compare_deliveries(result, customer, feed, receivers)
            _compare_pending(result, stack, customer)
            _compare_import(result, stack, customer, feed)
    except (OSError, HTTPException, LookupError) as fault:
        result.faults.append(f"the stack does not respond: {fault!r}")
    return result


def _compare_queues(result: Comparison, stack: Stack) -> None:
    """The delivery queues have the retries for failing receivers, and `_compare_pending` looks for all others."""
    sqs = stack.client("sqs")
    dead = 0
    for url in sqs.list_queues()["QueueUrls"]:
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        messages = sum(int(count) for name, count in counts.items() if name.startswith("ApproximateNumber"))
        name = url.rpartition("/")[2]
        dead += messages if "Dead" in name else 0
        if messages and ("Dead" in name or "Delivery" not in name):
            result.faults.append(f"{name} has {messages} messages")
    result.add("dead letters", 0, dead)


def _compare_feed(result: Comparison, customer: Customer, feed: list[Document]) -> None:
    _check_numbers(result, f"the feed of {customer.id}", [event["sequence"] for event in feed], feed)
    found = Counter(map(_change, feed))
    _check_changes(result, customer, "event", found)
    result.add("events in the feed", len(feed), len({event["id"] for event in feed}))


def _compare_audit(
    result: Comparison, customer: Customer, feed: list[Document], records: list[Document]
) -> None:
    name = f"the audit log of {customer.id}"
    _check_numbers(result, name, [record["seq"] for record in records], records)
    hashes = [GENESIS, *(record["hash"] for record in records)]
    if any(record["previous_hash"] != before for before, record in zip(hashes, records, strict=False)):
        result.faults.append(f"{name} is not one chain")
    vendor_ids = {event["data"]["id"]: _change(event)[1] for event in feed if event["type"] in CALL_EVENTS}
    found: Counter[Change] = Counter(
        (record["action"], vendor_ids.get(record["resource"]["id"], record["resource"]["id"]))
        for record in records
    )
    # The audit record of a classification includes the dispatch that follows from it.
    found += Counter(
        ("call.dispatched", vendor_ids.get(record["resource"]["id"], ""))
        for record in records
        if record["action"] == "call.classified"
        and any(change["field"].startswith("dispatch.") for change in record["changes"])
    )
    _check_changes(result, customer, "audit record", found)
    result.add("audit records", len(records), len({record["id"] for record in records}))


def _check_numbers(result: Comparison, name: str, numbers: list[int | None], items: list[Document]) -> None:
    if numbers != list(range(1, len(items) + 1)):
        result.faults.append(f"{name} has gaps or repeated numbers")
    if len({item["id"] for item in items}) != len(items):
        result.faults.append(f"{name} has an id twice")


def _check_changes(result: Comparison, customer: Customer, kind: str, found: Counter[Change]) -> None:
    """Each accepted change has one event or record, and a change without a response has one or none."""
    for change, count in customer.accepted.items():
        most = count + customer.uncertain[change]
        if not count <= found[change] <= most:
            result.faults.append(f"{change}: {found[change]} instead of {count}, {kind}, {customer.id}")
    found_changes = sum(min(found[change], count) for change, count in customer.accepted.items())
    result.add(f"accepted changes with their {kind}", customer.accepted.total(), found_changes)


def _compare_deliveries(
    result: Comparison, customer: Customer, feed: list[Document], receivers: Receivers
) -> None:
    subscribed = {event["id"] for event in feed if event["type"] in SUBSCRIBED}
    for kind in RELIABLE:
        arrived = dict(receivers.arrived.get(customer.paths[kind], {}))
        for name, ids in (
            ("missing", subscribed - arrived.keys()),
            ("unknown", arrived.keys() - subscribed),
            ("changed", {event_id for event_id, bodies in arrived.items() if len(set(bodies)) > 1}),
        ):
            if ids:
                result.faults.append(f"{len(ids)} events {name} at {customer.paths[kind]}: {min(ids)}")
        result.add(f"events at {kind} receivers", len(subscribed), len(subscribed & arrived.keys()))
        result.add(f"repeated sends to {kind} receivers", 0, sum(len(sent) - 1 for sent in arrived.values()))


def _compare_pending(result: Comparison, stack: Stack, customer: Customer) -> None:
    for kind in RELIABLE:
        path = f"/webhooks/{customer.webhook_ids[kind]}/deliveries"
        for status in ("pending", "failed"):
            if found := _pages(stack, customer, path, f"&status={status}"):
                result.faults.append(f"{len(found)} deliveries to {customer.paths[kind]} are {status}")


def _compare_import(result: Comparison, stack: Stack, customer: Customer, feed: Iterable[Document]) -> None:
    if not customer.import_id:
        return
    imported = stack.call("GET", f"/leads/imports/{customer.import_id}", key=customer.key).json
    emails = [
        email
        for event in feed
        if event["type"] == "lead.created" and (email := event["data"]["email"] or "")
        if email.startswith(customer.import_tag)
    ]
    if imported["status"] != "completed" or imported["created"] != IMPORTED_ROWS:
        result.faults.append(f"the import is {imported['status']} with {imported['created']} leads")
    if len(emails) != IMPORTED_ROWS or len(set(emails)) != IMPORTED_ROWS:
        result.faults.append(f"the import has {len(emails)} events for {len(set(emails))} leads")
    result.add("imported leads", IMPORTED_ROWS, len(set(emails)))


def _change(event: Document) -> Change:
    data = event["data"]
    return event["type"], str(data["vendor_call_id"] if event["type"] in CALL_EVENTS else data.get("id"))


def _pages(stack: Stack, customer: Customer, path: str, query: str = "") -> list[Document]:
    """All items of a list. Raises: LookupError if the stack refuses a page."""
    found: list[Document] = []
    cursor = ""
    while True:
        response = stack.call("GET", f"{path}?limit={MAX_PAGE}{query}{cursor}", key=customer.key)
        if response.status != 200:
            raise LookupError(f"GET {path} returned {response.status}: {response.body[:200].decode()}")
        page = response.json
        found += page["data"]
        if not page["next_cursor"] or not page.get("has_more", True):  # the feed always has a cursor
            return found
        cursor = f"&cursor={page['next_cursor']}"
