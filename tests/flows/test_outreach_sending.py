"""Steps of sequences are sent exactly once and in their windows, whatever is killed and whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eal.core import caller
from eal.core.tenancy import Tenant as Owner
from eal.domain.organization_settings.outreach import Outreach
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from eal.domain.outreach.sending import caps, lease
from eal.domain.outreach.suppressions import store as suppressions
from tests.support.callrail import actions
from tests.support.faults import Killed, stale_indexes, watched_calls
from tests.support.http import call
from tests.support.outreach import ALWAYS, API_KEY, enqueue, enrolled, marked, post, send, set_up
from tests.support.vendor_apis import ResendApi, Trouble, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.outreach.enrollments.model import Enrollment
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

STEPS = [
    {"delay_hours": delay, "subject": f"Step {number}", "body": "Who takes care of water damage?"}
    for number, delay in enumerate((0, 24, 24))
]
DAY = 24 * 60


@pytest.fixture
def owner(clock: Clock, tenant: Tenant) -> Owner:
    clock.at = datetime(2026, 4, 20, 16, 0, tzinfo=UTC)  # a Monday, 11:00 in Chicago
    set_up(tenant)
    return Owner(tenant.id, "live")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    resend = ResendApi("resend", f"Bearer {API_KEY}")
    with serving(resend, monkeypatch):
        yield resend


def run_for(owner: Owner, clock: Clock, minutes: int, step: int = 30) -> None:
    """Let time pass. The scheduled run and the sender run every `step` minutes, if there is anything to run for."""
    for _ in range(0, minutes, step):
        clock.advance(minutes=step)
        if enqueue():
            assert send(owner)


def enrollment_of(owner: Owner, enrollment_id: str) -> Enrollment:
    return ENROLLMENTS.get(owner, enrollment_id)


def subjects(api: ResendApi) -> list[str]:
    return [body["subject"] for body in api.sending.sent.values()]


def test_every_step_is_sent_once_and_the_enrollment_is_completed(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)

    run_for(owner, clock, 4 * DAY)

    assert subjects(api) == ["Step 0", "Step 1", "Step 2"]
    assert [request.headers["idempotency-key"] for request in api.requests] == [
        f"{enrollment_id}/{step}" for step in range(3)
    ]
    found = enrollment_of(owner, enrollment_id)
    assert (found.status, found.step, found.due_at) == ("completed", 3, None)


def test_a_run_killed_after_any_call_sends_each_step_once(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [STEPS[0], {**STEPS[1], "delay_hours": 2000}]

    def enroll(name: str) -> None:
        enrolled(tenant.admin, [f"{name}@example.com"], steps, send_window=ALWAYS)
        clock.advance(minutes=31)

    enroll("first")
    assert send(owner)  # the process has the keys of KMS from here on
    enroll("second")
    with watched_calls(monkeypatch) as calls:
        assert send(owner)
        total = len(calls.made)
    assert len(api.sending.sent) == 2
    for number in range(1, total + 1):
        enroll(f"killed{number}")
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            with pytest.raises(Killed):
                send(owner)
        clock.advance(seconds=lease.DURATION.total_seconds())
        assert enqueue(), number
        assert send(owner)
        to = [body["to"][0] for body in api.sending.sent.values()]
        assert to.count(f"killed{number}@example.com") == 1, number
    emails = list(EMAILS.walk(owner))
    assert {email.status for email in emails} == {"sent"}
    assert len({email.idempotency_key for email in emails}) == len(emails)


def test_indexes_that_are_behind_send_nothing_twice_and_lose_nothing(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stale_indexes(monkeypatch) as catch_up:
        (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)
        clock.at = enrollment_of(owner, enrollment_id).due_at or clock.at
        assert enqueue()
        assert send(owner)
        assert not api.requests  # the index does not have it yet
        catch_up()
        clock.advance(minutes=1)

        assert enqueue()
        for _ in range(3):
            assert send(owner)

    assert subjects(api) == ["Step 0"]


def test_a_step_waits_for_the_email_of_the_step_before(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    enrolled(tenant.admin, ["dana@example.com"], STEPS)
    clock.advance(minutes=31)
    api.troubles = [Trouble(status=429, headers={"Retry-After": str(40 * 3600)})]
    assert send(owner)

    run_for(owner, clock, 39 * 60)
    assert len(api.requests) == 1
    run_for(owner, clock, 2 * DAY)

    emails = sorted(EMAILS.walk(owner), key=lambda email: email.created_at)
    assert [
        email.sent_at and email.sent_at.astimezone(ZoneInfo("America/Chicago")).day for email in emails
    ] == [22, 23]
    assert [email.step for email in emails] == [0, 1]


@pytest.mark.parametrize("what", ["address", "domain"])
def test_a_suppression_between_enrolling_and_sending_stops_the_enrollment(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi, what: str
) -> None:
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)
    if what == "address":
        by = caller.worker("test", owner, "req")
        suppressions.suppress_address("dana@example.com", "unsubscribed", "unsubscribe_link", by)
        by.transaction.commit()
    else:
        body = {"domain": "example.com", "reason": "manual"}
        assert call("POST", "/v1/outreach/suppressions", key=tenant.admin, json_body=body).status == 201

    run_for(owner, clock, DAY)

    assert not api.requests
    found = enrollment_of(owner, enrollment_id)
    assert (found.status, found.stop_reason) == ("stopped", "suppressed")


def test_a_prospect_that_has_opted_out_gets_no_further_step(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    """As a member records it after a telephone call."""
    body = {"name": "Property managers", "steps": STEPS}
    sequence = post("/v1/outreach/sequences", tenant.admin, body)["id"]
    post(f"/v1/outreach/sequences/{sequence}/transitions", tenant.admin, {"to": "active"})
    prospect = post("/v1/prospects", tenant.admin, {"company": "Harbor", "email": "robin@example.com"})["id"]
    people = {"prospect_ids": [prospect]}
    (result,) = post(f"/v1/outreach/sequences/{sequence}/enrollments", tenant.admin, people)["data"]
    run_for(owner, clock, DAY // 2)
    change = {"outreach_state": "opted_out"}
    path = f"/v1/prospects/{prospect}"
    assert call("PATCH", path, key=tenant.admin, json_body=change).status == 200

    run_for(owner, clock, 2 * DAY)

    assert subjects(api) == ["Step 0"]
    found = enrollment_of(owner, result["enrollment_id"])
    assert (found.status, found.stop_reason) == ("stopped", "unsubscribed")


def test_a_refused_email_stops_its_enrollment(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)
    api.sending.refusals["dana@example.com"] = (422, "validation_error", "Invalid `to` field.")

    run_for(owner, clock, 3 * DAY)

    assert len(api.requests) == 1
    found = enrollment_of(owner, enrollment_id)
    assert (found.status, found.stop_reason) == ("stopped", "failed")


def test_a_paused_sequence_sends_nothing_until_it_is_active_again(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)
    path = f"/v1/outreach/sequences/{enrollment_of(owner, enrollment_id).sequence_id}/transitions"
    assert call("POST", path, key=tenant.admin, json_body={"to": "paused"}).status == 200
    run_for(owner, clock, DAY)
    assert not api.requests

    assert call("POST", path, key=tenant.admin, json_body={"to": "active"}).status == 200

    assert enqueue()
    assert send(owner)
    assert subjects(api) == ["Step 0"]


def test_a_paused_enrollment_sends_nothing_even_if_its_email_is_queued(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)
    path = f"/v1/outreach/sequences/{enrollment_of(owner, enrollment_id).sequence_id}/enrollments/{enrollment_id}"
    clock.advance(minutes=31)
    api.troubles = [Trouble(status=429, headers={"Retry-After": "600"})]
    assert send(owner)
    body = {"to": "paused"}
    assert call("POST", f"{path}/transitions", key=tenant.admin, json_body=body).status == 200

    run_for(owner, clock, 60)
    assert len(api.requests) == 1

    assert call("POST", f"{path}/transitions", key=tenant.admin, json_body={"to": "active"}).status == 200
    run_for(owner, clock, 60)
    assert subjects(api) == ["Step 0"]


def test_a_sequence_over_its_cap_holds_up_no_other_sequence(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    capped = [f"capped{number}@example.com" for number in range(5)]
    enrolled(tenant.admin, capped, STEPS[:1], daily_cap=2)
    enrolled(tenant.admin, ["free@example.com"], STEPS[:1])

    run_for(owner, clock, 60)
    to = [body["to"][0] for body in api.sending.sent.values()]
    assert len(to) == 3
    assert "free@example.com" in to
    run_for(owner, clock, 3 * DAY)

    assert len(api.sending.sent) == 6


def test_a_clock_that_jumps_sends_nothing_twice(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    enrolled(tenant.admin, ["dana@example.com"], STEPS)
    for hours in (1, -48, 30, 24, -3, 200, -100, 300):
        clock.advance(hours=hours)
        enqueue()
        for _ in range(2):
            assert send(owner)

    keys = [request.headers["idempotency-key"] for request in api.requests]
    assert len(keys) == len(set(keys)) == len(api.sending.sent)
    assert subjects(api) == [f"Step {number}" for number in range(len(keys))]


@pytest.mark.parametrize(
    "changes_at",
    [datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
def test_steps_stay_in_the_window_when_daylight_saving_changes(
    clock: Clock, tenant: Tenant, api: ResendApi, changes_at: datetime
) -> None:
    clock.at = changes_at - timedelta(hours=40)
    set_up(tenant)
    owner = Owner(tenant.id, "live")
    window = {**ALWAYS, "start": "09:00", "end": "10:00"}
    enrolled(tenant.admin, [f"dana{n}@example.com" for n in range(4)], STEPS, send_window=window)

    run_for(owner, clock, 7 * DAY, step=20)

    sent = [email.sent_at for email in EMAILS.walk(owner)]
    assert len(sent) == 12
    walls = [at.astimezone(ZoneInfo("America/Chicago")) for at in sent if at]
    assert {wall.hour for wall in walls} == {9}
    by_recipient = {(email.to, email.sent_at.date()) for email in EMAILS.walk(owner) if email.sent_at}
    assert len(by_recipient) == 12


def test_what_is_due_after_the_window_waits_for_the_next_one(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    enrolled(tenant.admin, ["dana@example.com"], STEPS[:1])
    clock.advance(hours=9)  # nothing ran while the window was open; it is 20:00 now
    assert send(owner)
    assert not api.requests
    assert owner in marked(clock.now() + timedelta(hours=14))

    run_for(owner, clock, DAY)

    (email,) = EMAILS.walk(owner)
    assert email.sent_at
    assert email.sent_at.astimezone(ZoneInfo("America/Chicago")).hour == 9


def test_an_erased_lead_gets_no_email(owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi) -> None:
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], STEPS)
    lead_id = enrollment_of(owner, enrollment_id).lead_id
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status in (200, 204)

    run_for(owner, clock, DAY)

    assert not api.requests
    assert "enrollment.stopped" in actions("enrollment", owner.organization_id)


def test_an_empty_variable_is_a_failed_email_with_the_reason(
    owner: Owner, tenant: Tenant, clock: Clock, api: ResendApi
) -> None:
    steps = [{"delay_hours": 0, "subject": "Hi", "body": "{% if company %}For {{ company }}{% endif %} x"}]
    (enrollment_id,) = enrolled(tenant.admin, ["dana@example.com"], steps)

    run_for(owner, clock, 60)

    assert len(api.sending.sent) == 1
    assert enrollment_of(owner, enrollment_id).status == "completed"


@given(
    day=st.dates(min_value=datetime(2026, 1, 1).date(), max_value=datetime(2026, 12, 31).date()),
    started=st.none()
    | st.dates(min_value=datetime(2026, 1, 1).date(), max_value=datetime(2026, 12, 31).date()),
    cap=st.integers(1, 50_000),
)
def test_a_warm_up_only_lowers_the_cap_and_ends(day: Any, started: Any, cap: int) -> None:
    outreach = Outreach(None, "America/Chicago", cap, started, None, False, False)

    allowed = caps.cap_on(day, outreach)

    assert 1 <= allowed <= cap
    if started is None or (day - started).days >= 7:
        assert allowed == cap
    elif day >= started:
        assert allowed == min(cap, caps.WARM_UP[(day - started).days])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)),
    zone=st.sampled_from(
        ["America/Chicago", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu", "UTC"]
    ),
)
def test_the_next_day_begins_at_midnight_of_the_zone(at: datetime, zone: str) -> None:
    outreach = Outreach(None, zone, 500, None, None, False, False)
    now = at.replace(tzinfo=UTC)

    begins = caps.next_day(now, outreach)

    assert now < begins <= now + timedelta(hours=26)
    assert caps.day_of(begins, outreach) == caps.day_of(now, outreach) + timedelta(days=1)
    assert caps.day_of(begins - timedelta(milliseconds=1), outreach) == caps.day_of(now, outreach)
