"""A sequence of weeks is tried in a minute: the test clock moves, and the simulated mailbox answers."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import parse, rfc3339
from eal.core.tenancy import Tenant as Owner
from eal.domain.outreach import tenant_clock
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from eal.domain.outreach.suppressions import store as suppressions
from eal.vendors.resend import mailbox
from tests.support.callrail import stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.outreach import SENDER, enqueue, enrolled, send
from tests.support.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PATH = "/v1/outreach/test-clock"
STEPS = [
    {"delay_hours": delay, "subject": f"Step {number}", "body": "Who takes care of water damage?"}
    for number, delay in enumerate((0, 72, 168, 240))
]


@pytest.fixture
def owner(clock: Clock, tenant: Tenant) -> Owner:
    settings = {"timezone": "America/Chicago", "sender": SENDER}
    assert (
        call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": settings}).status
        == 200
    )
    return Owner(tenant.id, "test")


@pytest.fixture
def key(tenant: Tenant) -> str:
    return tenant.test_admin


def enroll(key: str, *names: str) -> dict[str, str]:
    """A sequence with a lead at each name of the simulated mailbox. The ids of the enrollments by name."""
    return dict(zip(names, enrolled(key, [f"{name}@{mailbox.DOMAIN}" for name in names], STEPS), strict=True))


def arrive(owner: Owner, clock: Clock, rounds: int = 100) -> None:
    """Run everything until the clock has arrived, as queues with delays would."""
    pipeline = Pipeline()
    for _ in range(rounds):
        pipeline.run()
        moved = tenant_clock.find(owner)
        if moved and not moved.advancing_to:
            return
        clock.advance(seconds=3)
        assert send(owner)
    raise AssertionError("the clock has not arrived")


def test_a_sequence_of_three_weeks_sends_each_step_at_its_own_time(
    owner: Owner, key: str, clock: Clock
) -> None:
    enroll(key, "delivered+1", "bounced+2", "complained+3", "failed+4", "nobody")
    began = clock.now()
    response = call("POST", PATH, key=key, json_body={"advance_seconds": 21 * 86400})
    assert (response.status, response.json["advancing_to"]) == (202, rfc3339(began + timedelta(days=21)))

    arrive(owner, clock)

    emails = list(EMAILS.walk(owner))
    by_name: dict[str, list[Any]] = {}
    for email in sorted(emails, key=lambda created: created.created_at):
        by_name.setdefault(email.to.partition("@")[0], []).append(email)
    assert {name: [sent_email.status for sent_email in sent] for name, sent in by_name.items()} == {
        "delivered+1": ["delivered"] * 4,
        "nobody": ["delivered"] * 4,
        "bounced+2": ["bounced"],
        "complained+3": ["complained"],
        "failed+4": ["failed"],
    }
    times = [sent_email.sent_at for sent_email in by_name["delivered+1"]]
    assert [(later - earlier).days for earlier, later in pairwise(times)] == [3, 7, 10]
    shown = call("GET", PATH, key=key).json
    assert shown["advancing_to"] is None
    assert parse(shown["now"]) >= began + timedelta(days=21)


def test_what_happens_stops_the_enrollment_before_its_next_step(owner: Owner, key: str, clock: Clock) -> None:
    made = enroll(key, "delivered", "bounced", "complained", "softbounce", "suppressed", "failed")
    call("POST", PATH, key=key, json_body={"advance_seconds": 30 * 86400})

    arrive(owner, clock)

    found = {name: ENROLLMENTS.get(owner, enrollment_id) for name, enrollment_id in made.items()}
    assert {name: (enrollment.status, enrollment.stop_reason) for name, enrollment in found.items()} == {
        "delivered": ("completed", None),
        "bounced": ("stopped", "bounced"),
        "complained": ("stopped", "complained"),
        "softbounce": ("stopped", "bounced"),
        "suppressed": ("stopped", "suppressed"),
        "failed": ("stopped", "failed"),
    }
    soft = [email for email in EMAILS.walk(owner) if email.to.startswith("softbounce")]
    assert len(soft) == 3


def test_an_answer_arrives_as_a_received_mail_and_has_its_effect(
    owner: Owner, key: str, clock: Clock
) -> None:
    names = ("replies-interested", "replies-unsubscribe+1", "replies-notnow", "ooo+3", "autoreply")
    made = enroll(key, *names)
    call("POST", PATH, key=key, json_body={"advance_seconds": 4 * 86400})

    arrive(owner, clock)

    by_sender = {
        str(item["sender"]).partition("@")[0]: item
        for item in sorted(
            stored("REPLY", owner.organization_id, "test"), key=lambda item: str(item["sk"]), reverse=True
        )
    }
    assert sorted(by_sender) == sorted(names)
    found = {name: ENROLLMENTS.get(owner, enrollment_id) for name, enrollment_id in made.items()}
    assert {name: enrollment.status for name, enrollment in found.items()} == {
        "replies-interested": "stopped",
        "replies-unsubscribe+1": "stopped",
        "replies-notnow": "stopped",
        "ooo+3": "paused",
        "autoreply": "active",
    }
    assert suppressions.find(owner, "replies-unsubscribe+1@mailbox.test")
    first = {email.id: email for email in EMAILS.walk(owner)}
    for name, reply in by_sender.items():
        assert first[str(reply["email_id"])].to == f"{name}@{mailbox.DOMAIN}"


def test_an_absence_pauses_until_the_return(owner: Owner, key: str, clock: Clock) -> None:
    enroll(key, "ooo")
    call("POST", PATH, key=key, json_body={"advance_seconds": 9 * 86400})

    arrive(owner, clock)

    first, second = sorted(EMAILS.walk(owner), key=lambda email: email.created_at)
    assert first.sent_at
    assert second.sent_at
    assert second.sent_at - first.sent_at >= timedelta(days=6)


def test_the_clock_runs_on_from_where_it_arrived(owner: Owner, key: str, clock: Clock) -> None:
    began = clock.now()
    call("POST", PATH, key=key, json_body={"advance_to": rfc3339(began + timedelta(days=3))})
    arrive(owner, clock, rounds=3)

    clock.advance(hours=1)

    assert call("GET", PATH, key=key).json == {
        "now": rfc3339(began + timedelta(days=3, hours=1)),
        "advancing_to": None,
    }


def test_what_becomes_due_later_is_marked_in_real_time(owner: Owner, key: str, clock: Clock) -> None:
    enroll(key, "delivered")
    call("POST", PATH, key=key, json_body={"advance_seconds": 2 * 86400})
    arrive(owner, clock)
    clock.advance(days=1, hours=1)

    assert [message["mode"] for message in enqueue()] == ["test"]
    assert send(owner)

    assert len(list(EMAILS.walk(owner))) == 2


def test_a_clock_that_advances_is_not_advanced_again(owner: Owner, key: str) -> None:
    assert call("POST", PATH, key=key, json_body={"advance_seconds": 60}).status == 202

    response = call("POST", PATH, key=key, json_body={"advance_seconds": 60})

    assert (response.status, response.json["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_clock_goes_forward_by_at_most_a_year(owner: Owner, key: str, clock: Clock, days: int) -> None:
    to = rfc3339(clock.now() + timedelta(days=days))

    assert call("POST", PATH, key=key, json_body={"advance_to": to}).status == 409


@pytest.mark.parametrize(
    "body", [{}, {"advance_to": "2026-05-01T00:00:00Z", "advance_seconds": 1}, {"advance_seconds": 0}]
)
def test_a_body_has_one_of_both(owner: Owner, key: str, body: dict[str, Any]) -> None:
    assert call("POST", PATH, key=key, json_body=body).status == 422


def test_a_live_key_has_no_test_clock(owner: Owner, tenant: Tenant) -> None:
    response = call("POST", PATH, key=tenant.admin, json_body={"advance_seconds": 60})

    assert (response.status, response.json["error"]["code"]) == (404, "not_found")


def test_an_advance_killed_after_any_call_arrives_and_sends_once(
    owner: Owner, key: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll(key, "delivered")
    call("POST", PATH, key=key, json_body={"advance_seconds": 30 * 86400})
    pipeline = Pipeline()
    killed = 0
    for number in range(1, 200):
        pipeline.run()
        moved = tenant_clock.find(owner)
        if moved and not moved.advancing_to:
            break
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number % 40 + 1
            try:
                send(owner)
            except Killed:
                killed += 1
        clock.advance(minutes=4)
        assert send(owner)
    else:
        raise AssertionError("the clock has not arrived")

    assert killed
    assert [email.step for email in sorted(EMAILS.walk(owner), key=lambda created: created.created_at)] == [
        0,
        1,
        2,
        3,
    ]


def test_without_a_sender_the_clock_arrives_and_nothing_is_sent(
    owner: Owner, key: str, tenant: Tenant, clock: Clock
) -> None:
    enroll(key, "delivered")
    response = call(
        "PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": {"sender": None}}
    )
    assert response.status == 200
    call("POST", PATH, key=key, json_body={"advance_seconds": 366 * 86400})

    arrive(owner, clock, rounds=3)

    assert not list(EMAILS.walk(owner))


def test_an_outcome_that_never_comes_holds_the_clock_up_only_for_a_time(
    owner: Owner, key: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll(key, "delivered")
    monkeypatch.setattr(mailbox.SimulatedMailbox, "_store", lambda *_: None)
    monkeypatch.setattr(tenant_clock, "STUCK_AFTER", timedelta(seconds=5))
    call("POST", PATH, key=key, json_body={"advance_seconds": 30 * 86400})

    arrive(owner, clock)

    assert [email.status for email in EMAILS.walk(owner)] == ["sent"] * 4
