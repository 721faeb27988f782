"""Mails whose webhooks were lost are recovered once as replies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.vendors.resend import client
from eal.vendors.resend import reconcile as resend_reconcile
from eal.vendors.resend.webhooks import VENDOR
from tests.support.callrail import stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.inbound import RESEND_SECRET, enqueued
from tests.support.pipeline import sqs_event
from tests.support.reconciliation import consume, enqueue, run
from tests.support.vendor_apis import ResendApi, Trouble, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

API_KEY = "re_s3cret"


def connect(key: str) -> None:
    body = {"secrets": {"signing_secret": RESEND_SECRET, "api_key": API_KEY}}
    assert call("PUT", "/v1/integrations/resend", key=key, json_body=body).status == 200


@pytest.fixture
def connected(clock: Clock, tenant: Tenant) -> None:
    """A day ago."""
    connect(tenant.admin)
    clock.advance(days=1)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    resend = ResendApi("resend", f"Bearer {API_KEY}")
    with serving(resend, monkeypatch):
        yield resend


def mail(clock: Clock, name: str, *, minutes_ago: float) -> dict[str, Any]:
    """A received mail, with times in the format of the list."""
    at = (clock.now() - timedelta(minutes=minutes_ago)).isoformat(sep=" ").removesuffix(":00")
    return {
        "id": name,
        "to": ["sales@acme.example"],
        "from": "dana@example.com",
        "created_at": at,
        "subject": "Re: your roof",
        "message_id": f"<{name}@example.com>",
        "text": "Yes.",
        "headers": {},
    }


def normalise(message: str) -> None:
    response = load_app("workers/normalise_resend").handler(sqs_event("ResendQueue", [message]), None)
    assert response == {"batchItemFailures": []}


def reconcile() -> int:
    """Run the worker, then the normaliser on its messages. The number of recovered mails."""
    assert run(VENDOR)
    found = [json.dumps(body) for body in enqueued("ResendQueue")]
    for message in found:
        normalise(message)
    return len(found)


def listings(api: ResendApi) -> list[dict[str, str]]:
    return [request.query for request in api.requests if request.path == "/emails/receiving"]


def ids(tenant: Tenant) -> list[str]:
    return sorted(str(item["vendor_email_id"]) for item in stored("REPLY", tenant.id))


@pytest.mark.usefixtures("connected")
def test_a_mail_without_a_webhook_is_recovered_with_its_body_and_counted(
    clock: Clock, tenant: Tenant, api: ResendApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.mails = [mail(clock, "m1", minutes_ago=60)]

    assert reconcile() == 1

    (reply,) = stored("REPLY", tenant.id)
    assert (reply["sender"], reply["message_id"]) == ("dana@example.com", "<m1@example.com>")
    assert reply["received_at"] == (clock.now() - timedelta(hours=1)).isoformat().replace("000+00:00", "Z")
    assert len(stored("REPLY_BODY", tenant.id)) == 1
    assert '"gap_found":[1.0]' in capsys.readouterr().out


@pytest.mark.usefixtures("connected")
def test_a_known_record_is_no_gap_and_a_late_webhook_has_no_second_effect(
    clock: Clock, tenant: Tenant, api: ResendApi
) -> None:
    api.mails = [mail(clock, "m1", minutes_ago=60)]
    run(VENDOR)
    (message,) = enqueued("ResendQueue")
    for _ in range(2):
        normalise(json.dumps({**message, "delivery_id": "msg_1"}))
    clock.advance(minutes=15)

    assert reconcile() == 0
    assert ids(tenant) == ["m1"]


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("minutes_ago", [9, 1500])
def test_a_mail_that_is_too_recent_or_too_old_is_left_alone(
    clock: Clock, tenant: Tenant, api: ResendApi, minutes_ago: int
) -> None:
    api.mails = [mail(clock, "m1", minutes_ago=minutes_ago)]

    assert reconcile() == 0


@pytest.mark.usefixtures("connected")
def test_a_run_pages_back_no_further_than_needed(
    clock: Clock, tenant: Tenant, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_MAILS", 2)
    old = [mail(clock, f"old{number}", minutes_ago=3000 - number) for number in range(6)]
    api.mails = [*old, *(mail(clock, f"m{number}", minutes_ago=60 - number) for number in range(5))]

    assert reconcile() == 5

    assert [query.get("after") for query in listings(api)] == [None, "m3", "m1"]


@pytest.mark.usefixtures("connected")
def test_the_next_run_continues_after_the_budget_is_spent_and_misses_no_new_mail(
    clock: Clock, tenant: Tenant, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_MAILS", 2)
    monkeypatch.setattr(resend_reconcile, "MAX_REQUESTS_PER_RUN", 2)
    api.mails = [mail(clock, f"m{number}", minutes_ago=600 - number) for number in range(9)]
    found = [reconcile()]
    api.mails.append(mail(clock, "new", minutes_ago=0))

    for _ in range(4):
        clock.advance(minutes=15)
        found.append(reconcile())

    assert max(found) <= 4
    assert ids(tenant) == sorted([*(f"m{number}" for number in range(9)), "new"])


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "troubles", [[Trouble(429, {"Retry-After": "600"})], [Trouble(503)] * 4, [Trouble(hang_up=True)] * 4]
)
def test_a_failing_vendor_is_retried_later(
    clock: Clock, tenant: Tenant, api: ResendApi, troubles: list[Trouble]
) -> None:
    api.mails, api.troubles = [mail(clock, "m1", minutes_ago=60)], list(troubles)

    assert reconcile() == 0
    assert len(api.requests) == len(troubles)
    clock.advance(minutes=15)
    assert reconcile() == 1


@pytest.mark.usefixtures("connected")
def test_requests_are_paced(clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_MAILS", 1)
    api = ResendApi("resend", f"Bearer {API_KEY}")
    api.mails = [mail(clock, f"m{number}", minutes_ago=60 - number) for number in range(3)]
    with serving(api, monkeypatch) as pauses:
        run(VENDOR)

    assert len(api.requests) == 3
    assert len(pauses) == 2
    assert all(0 < pause <= 1 for pause in pauses)


def test_test_mode_sends_no_request(clock: Clock, tenant: Tenant, api: ResendApi) -> None:
    connect(tenant.test_admin)
    clock.advance(days=1)
    api.mails = [mail(clock, "m1", minutes_ago=60)]

    assert reconcile() == 0

    assert api.requests == []


@pytest.mark.usefixtures("connected")
def test_the_run_after_a_killed_one_recovers_each_record_once(
    clock: Clock, tenant: Tenant, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.mails = [mail(clock, f"m{number}", minutes_ago=60) for number in range(2)]
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

    assert ids(tenant) == ["m0", "m1"]
