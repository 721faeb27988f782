"""Calls whose webhooks were lost are recovered once, and equal calls from webhooks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import rfc3339
from eal.domain.integrations import reconciliation
from eal.entry.queue import MAX_RECEIVES
from eal.vendors.callrail import client
from eal.vendors.callrail import reconcile as callrail_reconcile
from eal.vendors.callrail.webhooks import VENDOR
from tests.support.callrail import SIGNING_KEY, Connection, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import enqueued
from tests.support.pipeline import sqs_event
from tests.support.reconciliation import consume, enqueue, run
from tests.support.vendor_apis import CallrailApi, Trouble, serving
from tools.fixtures.callrail import Call
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

API_KEY = "a secret key"
AUTHORIZATION = f'Token token="{API_KEY}"'


def connect(key: str, api_key: str | None = API_KEY, company_id: str | None = "COM1") -> Connection:
    body = {
        "settings": {"account_id": "ACC1", "company_id": company_id},
        "secrets": {"signing_key": SIGNING_KEY, **({"api_key": api_key} if api_key else {})},
    }
    response = call("PUT", "/v1/integrations/callrail", key=key, json_body=body)
    return Connection(response.json["connection_id"], SIGNING_KEY)


@pytest.fixture
def connection(clock: Clock, tenant: Tenant) -> Connection:
    """Connected a day ago."""
    made = connect(tenant.admin)
    clock.advance(days=1)
    return made


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[CallrailApi]:
    callrail = CallrailApi("callrail", AUTHORIZATION)
    with serving(callrail, monkeypatch):
        yield callrail


def listed(clock: Clock, name: str, *, minutes_ago: float = 60, **more: Any) -> dict[str, Any]:
    """A call in the API's format."""
    return {
        "id": f"CAL{name}",
        "company_id": "COM1",
        "start_time": (clock.now() - timedelta(minutes=minutes_ago)).isoformat(),
        "duration": 94,
        "direction": "inbound",
        "answered": True,
        "voicemail": False,
        "customer_phone_number": "+14155550142",
        **more,
    }


def reconcile() -> int:
    """Run the worker, then the normaliser on its messages. The number of recovered calls."""
    assert run(VENDOR)
    found = [json.dumps(body) for body in enqueued("CallrailQueue")]
    for message in found:
        event = sqs_event("CallrailQueue", [message])
        assert load_app("workers/normalise_callrail").handler(event, None) == {"batchItemFailures": []}
    return len(found)


def names(tenant: Tenant) -> list[str]:
    return sorted(str(item["vendor_call_id"]) for item in stored("CALL", tenant.id))


def test_a_call_without_a_webhook_is_recovered_and_counted(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.calls = [listed(clock, "1"), listed(clock, "2", direction="outbound")]

    assert reconcile() == 2

    assert names(tenant) == ["CAL1", "CAL2"]
    counted = [line for line in capsys.readouterr().out.splitlines() if '"gap_found"' in line]
    assert json.loads(counted[0])["gap_found"] == [1.0, 1.0]
    assert len(stored("TASK", tenant.id)) == 1  # the classification of the inbound call


def test_a_recovered_call_equals_a_call_from_a_webhook(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    body = json.loads(Call.new().event("post-call"))
    body |= {
        "start_time": (clock.now() - timedelta(hours=1)).isoformat(),
        "resource_id": "CAL1",
        "company_resource_id": "COM1",
    }
    connection.send("post-call", json.dumps(body).encode())
    (message,) = enqueued("CallrailQueue")
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", [json.dumps(message)]), None)
    shown = {name: value for name, value in body.items() if not name.endswith("resource_id")}
    api.calls = [
        {
            **shown,
            "id": "CAL2",
            "duration": 94,
            "company_id": body["company_resource_id"],
            "tracker_id": body["tracker_resource_id"],
        }
    ]

    assert reconcile() == 1

    first, second = (
        call("GET", f"/v1/calls/{item['id']}", key=tenant.read).json for item in stored("CALL", tenant.id)
    )
    differs = {name for name in first if first[name] != second[name]}
    assert differs == {"id", "vendor_call_id"}


def test_a_known_record_is_no_gap_and_a_late_webhook_has_no_second_effect(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    api.calls = [listed(clock, "1")]
    assert reconcile() == 1
    clock.advance(minutes=15)
    assert reconcile() == 0

    body = {"resource_id": "CAL1", "direction": "inbound", "answered": True, "duration": "94"}
    connection.send("post-call", json.dumps(body).encode())
    (message,) = enqueued("CallrailQueue")
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", [json.dumps(message)]), None)
    assert names(tenant) == ["CAL1"]
    assert len([event for event in stored("EVENT", tenant.id) if event["type"] == "call.received"]) == 1


def test_a_call_whose_end_was_lost_is_recovered(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    connection.send("pre-call", b'{"resource_id": "CAL1", "direction": "inbound"}')
    (message,) = enqueued("CallrailQueue")
    load_app("workers/normalise_callrail").handler(sqs_event("CallrailQueue", [json.dumps(message)]), None)
    assert stored("CALL", tenant.id)[0]["status"] == "in_progress"
    api.calls = [listed(clock, "1")]

    assert reconcile() == 1

    (item,) = stored("CALL", tenant.id)
    assert item["status"] == "received"


@pytest.mark.parametrize(
    "more", [{"minutes_ago": 29}, {"duration": 3600}, {"duration": None}, {"minutes_ago": 1500}]
)
def test_a_call_that_is_too_recent_or_too_old_is_left_alone(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi, more: dict[str, Any]
) -> None:
    api.calls = [listed(clock, "1", **more)]

    assert reconcile() == 0


def test_a_long_call_is_found_after_its_start_was_reconciled(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    reconcile()
    clock.advance(hours=3)
    reconcile()
    api.calls = [listed(clock, "1", minutes_ago=240, duration=3 * 3600)]
    clock.advance(minutes=15)

    assert reconcile() == 1


def test_every_page_is_read(clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi) -> None:
    api.calls = [listed(clock, f"{number:03}", minutes_ago=600 - number) for number in range(260)]

    run(VENDOR)

    assert len(enqueued("CallrailQueue")) == 260
    assert [request.query["page"] for request in api.requests] == ["1", "2"]
    assert api.requests[0].query["per_page"] == "250"


def test_the_next_run_continues_after_the_budget_is_spent(
    clock: Clock,
    connection: Connection,
    tenant: Tenant,
    api: CallrailApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(callrail_reconcile, "MAX_REQUESTS_PER_RUN", 2)
    monkeypatch.setattr(client, "PAGE_CALLS", 3)
    api.calls = [listed(clock, f"{number:02}", minutes_ago=600 - number) for number in range(13)]

    found = []
    for _ in range(4):
        found.append(reconcile())
        assert len(api.requests) <= 2 * len(found)
        clock.advance(minutes=15)

    assert sum(found) == 13
    assert len(names(tenant)) == 13


def test_the_budget_is_within_the_vendors_quota() -> None:
    runs_an_hour = 4
    assert callrail_reconcile.MAX_REQUESTS_PER_RUN * runs_an_hour * 24 <= 10_000 // 4
    assert callrail_reconcile.MAX_REQUESTS_PER_RUN * runs_an_hour <= 1_000 // 4


@pytest.mark.parametrize(
    "troubles",
    [
        [Trouble(429)] * 4,
        [Trouble(429, {"Retry-After": "7200"})],
        [Trouble(503)] * 4,
        [Trouble(hang_up=True)] * 4,
    ],
)
def test_a_failing_vendor_is_retried_later_and_nothing_is_lost(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi, troubles: list[Trouble]
) -> None:
    api.calls, api.troubles = [listed(clock, "1")], list(troubles)
    retry_after = "Retry-After" in troubles[0].headers

    assert reconcile() == 0
    request_count = len(api.requests)
    clock.advance(minutes=15)
    assert reconcile() == (0 if retry_after else 1)
    clock.advance(hours=2)
    reconcile()

    assert request_count == len(troubles)
    assert names(tenant) == ["CAL1"]


def test_a_fault_between_two_pages_loses_nothing(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_CALLS", 2)
    api.calls = [listed(clock, str(number), minutes_ago=600 - number) for number in range(5)]
    respond = CallrailApi.respond

    def then_trouble(server: CallrailApi, request: Any) -> tuple[int, dict[str, Any]]:
        if request.query["page"] == "2" and len(server.requests) < 6:  # all four attempts
            return 503, {}
        return respond(server, request)

    monkeypatch.setattr(CallrailApi, "respond", then_trouble)
    assert reconcile() == 2
    clock.advance(minutes=15)
    reconcile()

    assert len(names(tenant)) == 5


def test_a_refused_key_is_retried_after_an_hour(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    api.calls, api.authorization = [listed(clock, "1")], "another"
    assert reconcile() == 0
    clock.advance(minutes=59)
    assert reconcile() == 0
    assert len(api.requests) == 1

    api.authorization = AUTHORIZATION
    clock.advance(minutes=1)
    assert reconcile() == 1


def test_a_connection_is_reconciled_once_in_15_minutes(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    for _ in range(3):
        reconcile()
        clock.advance(minutes=5)
    assert len(api.requests) == 1
    reconcile()
    assert len(api.requests) == 2


def test_without_an_api_key_or_integration_the_vendor_gets_no_request(
    clock: Clock, connection: Connection, tenant: Tenant, stranger: Tenant, api: CallrailApi
) -> None:
    connect(stranger.admin, api_key=None)
    assert call("DELETE", "/v1/integrations/callrail", key=tenant.admin).status == 204

    reconcile()

    assert api.requests == []


def test_test_mode_sends_no_request(clock: Clock, tenant: Tenant, api: CallrailApi) -> None:
    connect(tenant.test_admin)
    clock.advance(days=1)
    api.calls = [listed(clock, "1")]

    assert reconcile() == 0

    assert api.requests == []


def test_each_tenant_gets_its_own_calls(
    clock: Clock, connection: Connection, tenant: Tenant, stranger: Tenant, api: CallrailApi
) -> None:
    connect(stranger.admin, api_key="not the account's")
    clock.advance(hours=1)
    api.calls = [listed(clock, "1", minutes_ago=40)]

    assert reconcile() == 1

    assert names(tenant) == ["CAL1"]
    assert names(stranger) == []


@pytest.mark.parametrize("filters", [True, False])
def test_tenants_of_one_account_get_their_own_companys_calls(
    clock: Clock, connection: Connection, tenant: Tenant, stranger: Tenant, api: CallrailApi, filters: bool
) -> None:
    connect(stranger.admin, company_id="COM2")
    clock.advance(hours=1)
    api.companies, api.filters = ["COM1", "COM2"], filters
    api.calls = [
        listed(clock, "1", minutes_ago=40),
        listed(clock, "2", minutes_ago=40, company_id="COM2"),
        listed(clock, "3", minutes_ago=40, company_id=None),
    ]

    assert reconcile() == 2

    assert (names(tenant), names(stranger)) == (["CAL1"], ["CAL2"])


def test_without_a_company_id_a_connection_gets_the_calls_of_the_accounts_only_company(
    clock: Clock, tenant: Tenant, api: CallrailApi
) -> None:
    connect(tenant.admin, company_id=None)
    clock.advance(days=1)
    api.companies, api.calls = ["COM1", "COM2"], [listed(clock, "1")]
    assert reconcile() == 0

    # Nothing is lost: once the company is set, the calls since then are recovered.
    connect(tenant.admin)
    clock.advance(minutes=15)
    assert reconcile() == 1
    assert [request.path.rpartition("/")[2] for request in api.requests] == ["companies.json", "calls.json"]

    connect(tenant.admin, company_id=None)
    api.companies, api.calls = ["COM1"], [listed(clock, "2")]
    clock.advance(minutes=15)
    assert reconcile() == 1


def test_the_run_after_a_killed_one_recovers_each_record_once(
    clock: Clock,
    connection: Connection,
    tenant: Tenant,
    api: CallrailApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api.calls = [listed(clock, "1"), listed(clock, "2")]
    (message,) = enqueue(VENDOR)
    for number in range(1, 12):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                consume(VENDOR, message)
            except Killed:
                clock.advance(minutes=30)  # the visibility timeout, by which the claim has ended
                continue
            break

    clock.advance(minutes=15)
    reconcile()

    assert names(tenant) == ["CAL1", "CAL2"]


def test_a_failure_is_reported_and_the_message_is_tried_again(
    clock: Clock,
    connection: Connection,
    tenant: Tenant,
    api: CallrailApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api.calls = [listed(clock, "1")]
    (message,) = enqueue(VENDOR)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutObject"] = "InternalError"
        assert not consume(VENDOR, message)
    assert calls.count("ChangeMessageVisibility") == 1

    assert consume(VENDOR, message)
    assert len(enqueued("CallrailQueue")) == 1


def test_a_connection_that_keeps_failing_is_left_alone_for_an_hour(
    clock: Clock, connection: Connection, api: CallrailApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.calls = [listed(clock, "1")]
    (message,) = enqueue(VENDOR)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutObject"] = "InternalError"
        for received in range(1, MAX_RECEIVES + 1):
            assert not consume(VENDOR, message, received), "the last one goes to the dead-letter queue"

    clock.advance(minutes=59)
    assert enqueue(VENDOR) == []
    clock.advance(minutes=1)
    assert reconcile() == 1


def test_a_message_that_is_delivered_twice_or_late_sends_no_request(
    clock: Clock, connection: Connection, api: CallrailApi
) -> None:
    (message,) = enqueue(VENDOR)
    assert consume(VENDOR, message)
    assert consume(VENDOR, message)
    assert len(api.requests) == 1


def test_a_message_of_a_deleted_integration_sends_no_request(
    clock: Clock, connection: Connection, tenant: Tenant, api: CallrailApi
) -> None:
    (message,) = enqueue(VENDOR)
    assert call("DELETE", "/v1/integrations/callrail", key=tenant.admin).status == 204

    assert consume(VENDOR, message)

    assert api.requests == []
    assert stored("RECONCILIATION", tenant.id) == []


def test_of_two_concurrent_workers_one_claims_the_connection(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    owner = tenant.in_mode("live")
    first = reconciliation.claim(VENDOR, owner, clock.now())
    assert first
    assert reconciliation.claim(VENDOR, owner, clock.now()) is None
    assert enqueue(VENDOR) == [], "a claimed connection is not due"

    clock.advance(seconds=reconciliation.LEASE.total_seconds())  # the first worker was killed
    second = reconciliation.claim(VENDOR, owner, clock.now())
    assert second
    assert not reconciliation.save(first, first.cursor, clock.now())
    assert reconciliation.save(second, second.cursor.done(clock.now()), clock.now())
    (cursor,) = stored("RECONCILIATION", tenant.id)
    assert cursor["through"] == rfc3339(clock.now())


@pytest.mark.parametrize("worker", ["WorkersReconcileCallrail", "WorkersReconcileResend"])
def test_a_claim_lasts_as_long_as_a_worker(worker: str) -> None:
    assert functions()[worker]["Timeout"] == reconciliation.LEASE.total_seconds()


def test_a_hanging_connection_holds_up_no_other(
    clock: Clock, connection: Connection, tenant: Tenant, stranger: Tenant, api: CallrailApi
) -> None:
    """Each message has an invocation of its own, and its fault concerns no other message."""
    connect(stranger.admin, company_id="COM2")
    clock.advance(hours=1)
    api.companies, api.filters = ["COM1", "COM2"], True
    api.calls = [listed(clock, "1", minutes_ago=40, company_id="COM2")]
    messages = {json.loads(message)["organization_id"]: message for message in enqueue(VENDOR)}
    api.troubles = [Trouble(hang_up=True)] * 4

    assert consume(VENDOR, messages[tenant.id])
    assert consume(VENDOR, messages[stranger.id])

    assert len(enqueued("CallrailQueue")) == 1
    assert functions()["WorkersReconcileCallrail"]["Events"]["Queue"]["Properties"]["BatchSize"] == 1


def test_a_vendors_substitute_is_for_the_local_stack_only(
    clock: Clock, connection: Connection, api: CallrailApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eal.core import settings

    assert settings.vendor_api_url("callrail") == api.url + "/v3"
    monkeypatch.setenv("STAGE", "production")
    assert settings.vendor_api_url("callrail") is None
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("CALLRAIL_API_URL", "https://elsewhere.example")
    with pytest.raises(settings.MissingSetting):
        settings.vendor_api_url("callrail")
