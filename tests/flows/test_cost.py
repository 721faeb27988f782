"""Use of AWS by a request and its consequences, counted. `python -m tools.bench cost` runs this file and prices it.

Each scenario runs once alone, with each message of a queue in an invocation of its own, and once for ten tenants at the
same time, with shared batches. The amounts are those of one tenant.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.sqs.models import Message

from eal.core import aws, clock, settings
from eal.core.outbound.schedule import MAX_ATTEMPTS
from tests.support import alerts, callrail, http, twilio
from tests.support.aws import SCHEDULES, STATE, backend
from tests.support.capacity import schema, stored
from tests.support.ledger import Ledger
from tests.support.pipeline import Pipeline, items
from tests.support.receiver import Receiver, Response
from tests.support.tenants import new_tenant
from tests.support.time import Clock, freeze
from tests.support.webhooks import deliveries, register
from tools.bench import chain
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    type Record = Callable[[str, object], None]

EARLIER_RECORDS = 128
"""Audit records of each tenant, so that its Merkle tree has a tile of the mean size. No scenario reaches the sixteenth
record after them, which writes this tile: that takes five units more, 0.3 a record."""
LEAD = {
    "first_name": "Dana",
    "last_name": "Reyes",
    "email": "dana@example.com",
    "phones": ["(312) 555-0123"],
    "source": "web_form",
    "loss_type": "water",
    "notes": "Basement flooded this morning, about two inches of water. Please call back as soon as you can.",
    "address": {"line1": "1 Main St", "city": "Chicago", "state": "IL", "postal_code": "60601"},
    "attribution": {"utm_source": "google", "utm_campaign": "water"},
}
OTHER_LEAD = {"email": "first@example.com", "phones": ["+13125550100"], "first_name": "Ann", "notes": "x"}
CALL_KINDS = ("pre-call", "routing-complete", "post-call")
FAILURE = Response(500, b"x" * 4096)
OTHER_FAILURES = [Response(500, b"%03d" % number + b"x" * 4093) for number in range(1000)]
"""Each as long, and none like the one before."""
SECONDS_PER_MONTH = 365.25 / 12 * 24 * 3600

MAX_UNITS = {
    "lead": (26, 57, 20),
    "lead, delivered": (32, 62, 23),
    "lead, delivery failed": (69, 90, 59),
    "lead, delivery failed in other words": (78, 99, 59),
    "call": (143, 279, 112),
    "call, alerted": (230, 446, 174),
}
"""AWS calls, write units and read units, by scenario. Lower them if the code needs less."""

alone_and_together = pytest.mark.parametrize("tenants", [1, 10], ids=["alone", "ten_tenants"])


class Scenario:
    """Tenants whose caches are warm and whose items exist, and the pipeline that counts what follows."""

    def __init__(self, name: str, tenants: int, ledger: Ledger, hooks: str | None = None) -> None:
        self.name = name
        self.ledger = ledger
        self.pipeline = Pipeline(self._one_by_one if tenants == 1 else ledger.invoke)
        self.tenants = [new_tenant() for _ in range(tenants)]
        for tenant in self.tenants:
            log = tenant.in_mode("live")
            chain.archive(log, chain.records(log, EARLIER_RECORDS))
            if hooks:
                register(tenant, hooks, ["lead.created"])
        self.create_leads(OTHER_LEAD)
        self.pipeline.run()
        self.forget()

    def forget(self) -> None:
        self.ledger.amounts.clear()
        self.ledger.calls.clear()

    def create_leads(self, body: dict[str, Any]) -> None:
        for tenant in self.tenants:
            headers = {
                "Authorization": f"Bearer {tenant.write}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(body["email"]),
            }
            event = http.proxy_event("POST", "/v1/leads", headers=headers, body=json.dumps(body))
            assert self.ledger.invoke("leads/create", event)["statusCode"] == 201

    def _one_by_one(self, folder: str, event: dict[str, Any]) -> Any:
        if event["Records"][0]["eventSource"] != "aws:sqs":
            return self.ledger.invoke(folder, event)
        failures = [
            failure
            for record in event["Records"]
            for failure in self.ledger.invoke(folder, {"Records": [record]})["batchItemFailures"]
        ]
        return {"batchItemFailures": failures}

    def record(self, record_property: Record) -> None:
        """Hand the amounts of one tenant to the benchmark."""
        share = 1 / len(self.tenants)
        amounts = {
            folder: {name: value * share for name, value in found.items()}
            for folder, found in self.ledger.amounts.items()
        }
        calls = {folder: found.total() * share for folder, found in self.ledger.calls.items()}
        record_property(
            "cost",
            {"scenario": self.name, "tenants": len(self.tenants), "amounts": amounts, "calls": calls},
        )

    def check(self) -> None:
        """Compare what one tenant used with the limits."""
        totals: Counter[str] = Counter()
        for amounts in self.ledger.amounts.values():
            totals.update({str(name): value for name, value in amounts.items()})
        calls = sum(found.total() for found in self.ledger.calls.values())
        used = [amount / len(self.tenants) for amount in (calls, totals["write_units"], totals["read_units"])]
        limits = MAX_UNITS[self.name]
        assert all(value <= limit for value, limit in zip(used, limits, strict=True)), (used, limits)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Frozen, also for delayed messages: on a loaded machine, moto's would arrive too early and be counted again."""
    monkeypatch.setattr(
        Message, "delayed", property(lambda message: message.delayed_until > message.sent_timestamp)
    )
    return freeze(monkeypatch)


@pytest.fixture
def ledger(cloud: None, time: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    ledger = Ledger(receiver)
    with ledger.counting(monkeypatch):
        yield ledger


@alone_and_together
def test_a_lead_without_webhooks(tenants: int, ledger: Ledger, record_property: Record) -> None:
    scenario = Scenario("lead", tenants, ledger)

    scenario.create_leads(LEAD)
    scenario.pipeline.run()

    scenario.record(record_property)
    scenario.check()


@alone_and_together
def test_a_lead_whose_delivery_succeeds(
    tenants: int, ledger: Ledger, receiver: Receiver, record_property: Record
) -> None:
    scenario = Scenario("lead, delivered", tenants, ledger, hooks=receiver.url)
    before = len(receiver.requests)

    scenario.create_leads(LEAD)
    scenario.pipeline.run()

    assert len(receiver.requests) - before == tenants
    scenario.record(record_property)
    scenario.check()


@alone_and_together
@pytest.mark.parametrize(
    ("name", "responses"),
    [("lead, delivery failed", [FAILURE]), ("lead, delivery failed in other words", OTHER_FAILURES)],
    ids=["alike", "in_other_words"],
)
def test_a_lead_whose_delivery_fails_ten_times(
    name: str,
    responses: list[Response],
    tenants: int,
    ledger: Ledger,
    receiver: Receiver,
    time: Clock,
    record_property: Record,
) -> None:
    scenario = Scenario(name, tenants, ledger, hooks=receiver.url)
    receiver.responses = [*responses]
    before = len(receiver.requests)

    scenario.create_leads(LEAD)
    scenario.pipeline.run()
    while due := [delivery.next_attempt_at for delivery in deliveries() if delivery.next_attempt_at]:
        time.at = max(due) + timedelta(seconds=1)
        _pass_delays()
        scenario.pipeline.run()

    assert len(receiver.requests) - before == tenants * MAX_ATTEMPTS
    assert sum(delivery.status == "failed" for delivery in deliveries()) == tenants
    scenario.record(record_property)
    scenario.check()


@alone_and_together
def test_a_call_that_becomes_a_lead(tenants: int, ledger: Ledger, record_property: Record) -> None:
    scenario = Scenario("call", tenants, ledger)
    connections = [callrail.connect(tenant.admin) for tenant in scenario.tenants]
    _receive_calls(scenario, connections, CALL_KINDS[:1])
    scenario.forget()

    _receive_calls(scenario, connections, CALL_KINDS)

    assert len(items("LEAD")) == 2 * tenants
    scenario.record(record_property)
    scenario.check()


@alone_and_together
def test_a_call_about_which_a_person_is_texted_who_takes_it(
    tenants: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    scenario = Scenario("call, alerted", tenants, ledger)
    connections = [callrail.connect(tenant.admin) for tenant in scenario.tenants]
    for tenant in scenario.tenants:
        alerts.set_up(tenant, alerts={"steps": [{"channel": "sms", "after_seconds": 0}]})
    accounts = [twilio.connected(tenant.admin) for tenant in scenario.tenants]
    _receive_calls(scenario, connections, CALL_KINDS[:1])
    scenario.forget()

    with alerts.twilio(monkeypatch):
        _receive_calls(scenario, connections, CALL_KINDS)
    for tenant, account in zip(scenario.tenants, accounts, strict=True):
        (alert,) = http.call("GET", "/v1/alerts", key=tenant.read).json["data"]
        for webhook in (account.reported(alert, "delivered"), account.text(alerts.ANN_PHONE, "1")):
            assert ledger.invoke("inbound/twilio", webhook.event())["statusCode"] == 200
    scenario.pipeline.run()

    for tenant in scenario.tenants:
        (alert,) = http.call("GET", "/v1/alerts", key=tenant.read).json["data"]
        assert (alert["status"], alert["outcome"]) == ("delivered", "acknowledged")
    scenario.record(record_property)
    scenario.check()


def test_an_audit_record_that_is_kept(ledger: Ledger, record_property: Record) -> None:
    """Its time in the table with its copies in indexes, and its segment in S3 until the retention ends."""
    scenario = Scenario("audit record", 1, ledger)
    known, segments = {item["sk"]["S"] for item in items("AUDIT")}, _segments()
    scenario.create_leads(LEAD)
    scenario.pipeline.run()
    scenario.forget()

    (record,) = [item for item in items("AUDIT") if item["sk"]["S"] not in known]
    (segment,) = _segments().keys() - segments.keys()
    in_table, in_indexes = schema(STATE).stored_bytes(
        stored(STATE, {name: record[name] for name in ("pk", "sk")}) or {}
    )
    months = (int(record["ttl"]["N"]) - clock.now().timestamp()) / SECONDS_PER_MONTH
    retention_months = timedelta(days=settings.audit_retention_days()).total_seconds() / SECONDS_PER_MONTH
    kept = ledger.amounts["kept"]
    kept["table_gb_months"] = (in_table + in_indexes) / 1e9 * months
    kept["recovery_gb_months"] = in_table / 1e9 * months
    kept["object_gb_months"] = _segments()[segment] / 1e9 * retention_months

    assert months <= retention_months + 1e-6
    scenario.record(record_property)


def _receive_calls(
    scenario: Scenario, connections: Sequence[callrail.Connection], kinds: Sequence[str]
) -> None:
    """A new call of each connection: the webhooks of these kinds, one after the other."""
    calls = [(connection, Call.new()) for connection in connections]
    for kind in kinds:
        for connection, call in calls:
            event = connection.url_event(kind, call.event(kind))
            assert scenario.ledger.invoke("inbound/callrail", event)["statusCode"] == 202
        scenario.pipeline.run()


def _segments() -> dict[str, int]:
    """The segments' sizes in bytes."""
    listed = aws.s3_sdk().list_objects_v2(Bucket=settings.audit_bucket(), Prefix="audit/")
    return {segment["Key"]: segment["Size"] for segment in listed["Contents"]}


def _pass_delays() -> None:
    """Let delayed messages arrive, and schedules send theirs."""
    for queue in backend("sqs").queues.values():
        for message in queue._messages:
            message.delayed_until = 0
    schedules = backend("scheduler").schedule_groups[SCHEDULES].schedules
    for schedule in [schedules.pop(name) for name in list(schedules)]:
        queue = schedule.target["Arn"].rpartition(":")[2]
        url = aws.sqs().get_queue_url(QueueName=queue)["QueueUrl"]
        aws.sqs().send_message(QueueUrl=url, MessageBody=schedule.target["Input"])
