"""Events of our own e-mails, from the vendor's webhook to what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock
from eal.domain.outreach.deliverability import sender
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.suppressions import store as suppressions
from tests.support import emails, sequences
from tests.support.callrail import events, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.inbound import Connection, connect
from tests.support.pipeline import items
from tests.support.time import freeze

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Mode
    from eal.domain.outreach.emails.model import Email
    from tests.support.tenants import Tenant


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect("resend", tenant.admin)


def _types(email: Email, tenant: Tenant) -> list[str]:
    return [occurrence.type for occurrence in emails.stored(email, tenant).occurrences]


def _counts(tenant: Tenant) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in stored("DELIVERABILITY", tenant.id):
        for name, value in item.items():
            if isinstance(value, int) and name != "ttl":
                counts[name] = counts.get(name, 0) + value
    return counts


def test_an_event_of_our_own_email_becomes_its_occurrence_and_no_other_item(
    connection: Connection, tenant: Tenant
) -> None:
    email = emails.sent(tenant)

    emails.report(connection, emails.event("delivered", email))

    assert _types(email, tenant) == ["queued", "sent", "delivered"]
    assert stored("EMAIL_EVENT", tenant.id) == []
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "email.delivered"]
    assert record["actor"] == {"type": "vendor", "id": "resend"}
    assert "dana" not in str(record)


@pytest.mark.parametrize(
    "tags",
    [
        lambda email_id: {"email": email_id, "category": "x"},
        lambda email_id: [{"name": "category", "value": "x"}, {"name": "email", "value": email_id}],
    ],
    ids=["object", "list"],
)
def test_a_tag_names_the_email_in_both_shapes(connection: Connection, tenant: Tenant, tags: Any) -> None:
    email = emails.queued(tenant)

    emails.report(connection, emails.event("delivered", email, tags=tags(email.id)))

    assert _types(email, tenant) == ["queued", "delivered"]


@pytest.mark.parametrize("tags", [None, {}, [], "email", [1], {"email": 7}, [{"name": "email"}]])
def test_without_a_tag_the_vendors_id_names_the_email(
    connection: Connection, tenant: Tenant, tags: Any
) -> None:
    email = emails.sent(tenant)

    emails.report(connection, emails.event("delivered", email, tags=tags))

    assert _types(email, tenant) == ["queued", "sent", "delivered"]


@pytest.mark.parametrize(
    "tag", ["email_01kq09bekje6vbq5xe2b60xtww", "lead_01kq09bekje6vbq5xe2b60xtww", "../x", "x" * 300]
)
def test_the_event_of_an_unknown_email_is_stored_by_itself(
    connection: Connection, tenant: Tenant, tag: str
) -> None:
    unknown = replace(emails.queued(tenant), id="email_01kq09bekje6vbq5xe2b60xtww")

    emails.report(
        connection,
        emails.bounced(unknown) | {"data": {**emails.bounced(unknown)["data"], "tags": {"email": tag}}},
    )

    (item,) = stored("EMAIL_EVENT", tenant.id)
    assert item["type"] == "bounced"
    assert stored("SUPPRESSION", tenant.id) == []


def test_an_email_of_another_tenant_is_unknown(
    connection: Connection, tenant: Tenant, stranger: Tenant
) -> None:
    email = emails.sent(stranger)

    emails.report(connection, emails.bounced(email))

    assert _types(email, stranger) == ["queued", "sent"]
    assert stored("SUPPRESSION", stranger.id) == []
    assert len(stored("EMAIL_EVENT", tenant.id)) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_with_the_sending_among_it_ends_in_the_same_email_and_counters(
    connection: Connection, tenant: Tenant, order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = freeze(monkeypatch).at
    email = emails.queued(tenant)
    bodies = [
        (emails.event("delivery_delayed", email, at=at + timedelta(seconds=1)), "msg_1"),
        (emails.event("delivered", email, at=at + timedelta(seconds=2)), "msg_2"),
        (emails.bounced(email, at=at + timedelta(seconds=3)), "msg_3"),
    ]
    for step in order:
        if step == 3:
            emails.record_sent(email, tenant)
        else:
            for _ in range(2):
                emails.report(connection, *bodies[step])

    after = emails.stored(email, tenant)
    assert [occurrence.type for occurrence in after.occurrences] == [
        "queued",
        "sent",
        "delayed",
        "delivered",
        "bounced",
    ]
    assert (after.status, after.version) == ("bounced", 5)
    assert _counts(tenant) == {"sent": 1, "delayed": 1, "delivered": 1, "hard_bounced": 1}
    (hour,) = stored("SENDER_HOUR", tenant.id)
    assert (hour["sent"], hour["hard_bounced"]) == (1, 1)


def test_an_event_before_the_sending_is_recorded_leaves_the_email_in_the_queue_and_known_to_the_vendor(
    connection: Connection, tenant: Tenant
) -> None:
    email = emails.queued(tenant)

    emails.report(connection, emails.event("delivered", email))

    after = emails.stored(email, tenant)
    assert (after.status, after.sent_at) == ("queued", None)
    assert after.is_known_to_vendor
    assert after.vendor_email_id == emails.vendor_id(email)
    assert _counts(tenant) == {}
    assert {item["organization_id"]["S"] for item in items("DUE")} == {tenant.id}


@pytest.mark.parametrize("kind", ["failed", "suppressed"])
def test_an_end_that_the_vendor_reports_before_the_sending_is_recorded_waits_for_it(
    connection: Connection, tenant: Tenant, kind: str
) -> None:
    email = emails.queued(tenant)
    emails.report(connection, emails.event(kind, email))
    assert emails.stored(email, tenant).status == "queued"

    emails.record_sent(email, tenant)

    assert emails.stored(email, tenant).status == kind
    assert _counts(tenant) == {"sent": 1, kind: 1}


def test_two_webhooks_of_one_email_at_once_are_both_recorded(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = emails.sent(tenant)

    def other() -> None:
        emails.report(connection, emails.event("delivered", email))

    message = connection.message(emails.bounced(email), "msg_2")
    with overtaken(monkeypatch, other):
        assert connection.normalise(message) == []

    assert set(_types(email, tenant)) == {"queued", "sent", "delivered", "bounced"}
    assert _counts(tenant) == {"sent": 1, "delivered": 1, "hard_bounced": 1}


def test_the_same_webhook_twice_at_once_is_recorded_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = emails.sent(tenant)
    message = connection.message(emails.bounced(email))

    with overtaken(monkeypatch, lambda: connection.normalise(message)):
        assert connection.normalise(message) == []

    assert _types(email, tenant) == ["queued", "sent", "bounced"]
    assert _counts(tenant) == {"sent": 1, "hard_bounced": 1}
    assert len(stored("SUPPRESSION", tenant.id)) == 1


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize(("kind", "setting"), [("opened", "track_opens"), ("clicked", "track_clicks")])
def test_openings_and_clicks_are_recorded_only_if_the_settings_say_so(
    connection: Connection, tenant: Tenant, kind: str, setting: str, tracked: bool
) -> None:
    settings = {"settings": {"outreach": {setting: tracked}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings).status == 200
    email = emails.sent(tenant)

    emails.report(connection, emails.event(kind, email, click={"link": "https://a.example/x?token=1"}))

    assert _types(email, tenant) == ["queued", "sent", *([kind] if tracked else [])]
    assert stored("EMAIL_EVENT", tenant.id) == []
    assert len(stored("EMAIL_EVENT_CLAIM", tenant.id)) == (1 if tracked else 0)
    assert "token=1" not in str(stored("EMAIL", tenant.id))


def test_openings_are_bounded_and_counted_once(connection: Connection, tenant: Tenant) -> None:
    settings = {"settings": {"outreach": {"track_opens": True}}}
    call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=settings)
    email = emails.sent(tenant)
    assert email.sent_at
    for number in range(13):
        at = email.sent_at + timedelta(minutes=number)
        emails.report(connection, emails.event("opened", email, at=at))

    assert _types(email, tenant).count("opened") == 10
    assert _counts(tenant) == {"sent": 1, "opened": 1}
    assert len(stored("EMAIL_EVENT_CLAIM", tenant.id)) == 10


@pytest.mark.parametrize(("body", "reason"), [("bounced", "bounced"), ("complained", "complained")])
def test_a_permanent_bounce_and_a_complaint_suppress_and_stop_at_once(
    connection: Connection, tenant: Tenant, body: str, reason: str
) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    prospect = sequences.prospect(tenant)
    enrollment = sequences.enrolled(tenant, sequence["id"], prospect)
    email = emails.sent(tenant, prospect["email"], prospect_id=prospect["id"])
    made = emails.bounced(email) if body == "bounced" else emails.event("complained", email)

    emails.report(connection, made)

    found = suppressions.find(tenant.in_mode("live"), prospect["email"])
    assert found is not None
    assert (found.reason, found.source, found.email_id) == (reason, "vendor", email.id)
    path = f"{sequences.SEQUENCES}/{sequence['id']}/enrollments/{enrollment['id']}"
    shown = call("GET", path, key=tenant.read).json
    assert (shown["status"], shown["stop_reason"]) == ("stopped", reason)
    state = call("GET", f"/v1/prospects/{prospect['id']}", key=tenant.read).json["outreach_state"]
    assert state == ("opted_out" if reason == "complained" else "enrolled")


@pytest.mark.parametrize(("body", "status"), [("bounced", "active"), ("complained", "stopped")])
def test_a_complaint_stops_the_person_at_another_address_and_a_bounce_does_not(
    connection: Connection, tenant: Tenant, body: str, status: str
) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    lead = sequences.lead(tenant, "new@example.com")
    enrollment = sequences.enrolled(tenant, sequence["id"], lead)
    email = emails.sent(tenant, "old@example.com", lead_id=lead["id"])

    emails.report(
        connection, emails.bounced(email) if body == "bounced" else emails.event("complained", email)
    )

    path = f"{sequences.SEQUENCES}/{sequence['id']}/enrollments/{enrollment['id']}"
    assert call("GET", path, key=tenant.read).json["status"] == status


def test_the_third_soft_bounce_of_an_address_suppresses_it(connection: Connection, tenant: Tenant) -> None:
    first, second, third = (emails.sent(tenant) for _ in range(3))
    live = tenant.in_mode("live")
    emails.report(connection, emails.bounced(first, "Transient"))
    emails.report(connection, emails.bounced(first, "Transient"))
    emails.report(connection, emails.event("delivery_delayed", second))
    emails.report(connection, emails.bounced(second, "Undetermined"))
    assert suppressions.find(live, first.to) is None

    emails.report(connection, emails.bounced(third, "Transient"))

    found = suppressions.find(live, first.to)
    assert found is not None
    assert (found.reason, found.email_id) == ("bounced", third.id)
    assert emails.stored(third, tenant).status == "bounced"


def test_soft_bounces_of_more_than_90_days_ago_do_not_count(connection: Connection, tenant: Tenant) -> None:
    first, second, third = (emails.sent(tenant) for _ in range(3))
    now = clock.now()
    emails.report(connection, emails.bounced(first, "Transient", at=now - timedelta(days=91)))
    emails.report(connection, emails.bounced(third, "Transient", at=now))
    emails.report(connection, emails.bounced(second, "Transient", at=now - timedelta(days=1)))

    assert suppressions.find(tenant.in_mode("live"), first.to) is None


def test_an_address_that_the_vendor_suppresses_gets_no_further_step(
    connection: Connection, tenant: Tenant
) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    prospect = sequences.prospect(tenant)
    sequences.enrolled(tenant, sequence["id"], prospect)
    email = emails.sent(tenant, prospect["email"])

    emails.report(
        connection, emails.event("suppressed", email, suppressed={"type": "Suppressed", "message": "bounced"})
    )

    (item,) = stored("ENROLLMENT", tenant.id)
    assert (item["status"], item["stop_reason"]) == ("stopped", "suppressed")
    after = emails.stored(email, tenant)
    assert (after.status, after.reason) == ("suppressed", "bounced")


def _bounce(tenant: Tenant, connection: Connection, times: int, at: datetime | None = None) -> None:
    for number in range(times):
        email = emails.sent(tenant, f"gone{number}-{clock.now().timestamp()}@example.com", at=at)
        emails.report(connection, emails.bounced(email))


def test_too_many_bounces_pause_the_sender_and_say_so(connection: Connection, tenant: Tenant) -> None:
    live = tenant.in_mode("live")
    _bounce(tenant, connection, 4)
    assert not sender.is_paused(live)

    _bounce(tenant, connection, 1)

    assert sender.is_paused(live)
    (event,) = events("outreach.sender.paused", tenant.id)
    assert (event["id"], event["status"], event["reason"]) == (tenant.id, "paused", "bounces")
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "sender.paused"]
    assert record["resource"] == {"type": "sender", "id": tenant.id}
    _bounce(tenant, connection, 1)
    assert len(events("outreach.sender.paused", tenant.id)) == 1
    assert not sender.is_paused(tenant.in_mode("test"))


def test_a_second_complaint_pauses_the_sender(connection: Connection, tenant: Tenant) -> None:
    for name in ("a", "b"):
        assert not sender.is_paused(tenant.in_mode("live"))
        emails.report(connection, emails.event("complained", emails.sent(tenant, f"{name}@example.com")))

    assert sender.sender_of(tenant.in_mode("live")).reason == "complaints"


def test_bounces_of_more_than_seven_days_ago_do_not_pause(connection: Connection, tenant: Tenant) -> None:
    _bounce(tenant, connection, 4, at=clock.now() - timedelta(days=8))
    _bounce(tenant, connection, 1)

    assert not sender.is_paused(tenant.in_mode("live"))


def test_counting_starts_again_after_a_resumption(connection: Connection, tenant: Tenant) -> None:
    _bounce(tenant, connection, 5)
    live = tenant.in_mode("live")
    assert sender.is_paused(live)
    response = call("POST", "/v1/outreach/sender/resume", key=tenant.admin, json_body={"reason": "Cleaned"})
    assert response.json["status"] == "active"

    _bounce(tenant, connection, 1)
    assert not sender.is_paused(live)
    later = clock.now() + timedelta(hours=2)
    _bounce(tenant, connection, 4, at=later)
    assert not sender.is_paused(live)
    _bounce(tenant, connection, 1, at=later)
    assert sender.is_paused(live)


@pytest.mark.parametrize("kind", ["bounced", "complained"])
def test_a_worker_that_is_killed_after_any_call_loses_neither_suppression_nor_pause(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    _bounce(tenant, connection, 4)
    emails.report(connection, emails.event("complained", emails.sent(tenant, "c@example.com")))
    calls_needed = 0
    for kill_after in range(1, 100):
        prospect = sequences.prospect(tenant, f"{kind}{kill_after}@example.com")
        sequences.enrolled(tenant, sequence["id"], prospect)
        email = emails.sent(tenant, prospect["email"])
        body = emails.bounced(email) if kind == "bounced" else emails.event("complained", email)
        message = connection.message(body, f"msg_{kill_after}")
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = kill_after
            try:
                connection.normalise(message)
                calls_needed = kill_after
            except Killed:
                pass
        assert connection.normalise(message) == []
        assert suppressions.find(tenant.in_mode("live"), prospect["email"])
        assert sender.is_paused(tenant.in_mode("live"))
        assert _types(email, tenant) == ["queued", "sent", kind]
        if calls_needed:
            break
        call("POST", "/v1/outreach/sender/resume", key=tenant.admin, json_body={"reason": "x"})
        _forget_resumption(tenant)

    assert calls_needed > 5
    assert _counts(tenant)["hard_bounced" if kind == "bounced" else "complained"] == (
        4 + kill_after if kind == "bounced" else 1 + kill_after
    )


def _forget_resumption(tenant: Tenant) -> None:
    """Let the bounces before a resumption count, so that the next one pauses again."""
    by = emails.sender(tenant)
    before = sender.sender_of(by.tenant)
    item = {
        **sender.key_of(by.tenant)._asdict(),
        "kind": "SENDER",
        "id": tenant.id,
        "version": before.version + 1,
        "status": "active",
    }
    by.transaction.put_version(item, was=before.version)
    by.transaction.audit("sender.resumed", tenant.id)
    by.transaction.commit()


@pytest.mark.parametrize(
    ("kind", "dynamodb"),
    [
        ("delivered", ["TransactGetItems", "TransactWriteItems"]),
        (
            "bounced",  # the suppression, the enrollment and the sender
            [*["TransactGetItems"], *["GetItem"] * 2, "TransactWriteItems", "GetItem", "Query"],
        ),
    ],
)
def test_an_event_costs_a_fixed_number_of_calls(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kind: str, dynamodb: list[str]
) -> None:
    email = emails.sent(tenant)
    body = emails.bounced(email) if kind == "bounced" else emails.event(kind, email)
    message = connection.message(body)

    with watched_calls(monkeypatch) as calls:
        assert connection.normalise(message) == []

    assert calls.made == ["GetObject", *dynamodb, "UpdateItem"]  # the body, and the stamp of the connection


@pytest.mark.parametrize("mode", ["live", "test"])
def test_both_modes_are_separate(tenant: Tenant, mode: Mode) -> None:
    connection = connect("resend", tenant.admin if mode == "live" else tenant.test_admin)
    email = emails.sent(tenant, mode=mode)

    emails.report(connection, emails.bounced(email))

    other: Mode = "test" if mode == "live" else "live"
    assert suppressions.find(tenant.in_mode(mode), email.to)
    assert suppressions.find(tenant.in_mode(other), email.to) is None
    assert EMAILS.get(tenant.in_mode(mode), email.id).status == "bounced"
