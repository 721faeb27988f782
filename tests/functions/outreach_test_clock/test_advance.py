"""A sequence of weeks is tried in a minute: the test clock moves, and the simulated mailbox answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.clock import parse, rfc3339
from eal.core.tenancy import Tenant as Owner
from eal.domain.outreach import test_clock
from eal.vendors.resend import mailbox
from tests.support.http import call
from tests.support.outreach import SENDER, send
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


def post(path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = call("POST", path, key=key, json_body=body)
    assert answer.status < 300, answer.text
    return answer.json


def enrolled(key: str, *names: str, steps: list[dict[str, Any]] = STEPS) -> dict[str, str]:
    """A sequence with a lead at each name of the simulated mailbox. The ids of the enrollments by name."""
    sequence = post("/v1/outreach/sequences", key, {"name": "Trial", "steps": steps})
    post(f"/v1/outreach/sequences/{sequence['id']}/transitions", key, {"to": "active"})
    leads = [post("/v1/leads", key, {"email": f"{name}@{mailbox.DOMAIN}"})["id"] for name in names]
    answer = post(f"/v1/outreach/sequences/{sequence['id']}/enrollments", key, {"lead_ids": leads})
    return dict(zip(names, (one["enrollment_id"] for one in answer["data"]), strict=True))


def arrive(owner: Owner, clock: Clock, rounds: int = 100) -> None:
    """Run everything until the clock has arrived, as queues with delays would."""
    pipeline = Pipeline()
    for _ in range(rounds):
        pipeline.run()
        moved = test_clock.find(owner)
        if moved and not moved.advancing_to:
            return
        clock.advance(seconds=3)
        assert send(owner)
    raise AssertionError("the clock has not arrived")


def emails_to(key: str, address: str) -> list[dict[str, Any]]:
    answer = call("GET", f"/v1/outreach/emails?to={address.replace('+', '%2B')}", key=key)
    return answer.json["data"][::-1]


def test_a_sequence_of_three_weeks_sends_each_step_at_its_own_time(
    owner: Owner, key: str, clock: Clock
) -> None:
    from eal.domain.outreach.emails.store import EMAILS

    enrolled(key, "delivered+1", "bounced+2", "complained+3", "failed+4", "nobody")
    began = clock.now()
    answer = call("POST", PATH, key=key, json_body={"advance_seconds": 21 * 86400})
    assert (answer.status, answer.json["advancing_to"]) == (202, rfc3339(began + timedelta(days=21)))

    arrive(owner, clock)

    emails = list(EMAILS.walk(owner))
    by_name: dict[str, list[Any]] = {}
    for email in sorted(emails, key=lambda one: one.created_at):
        by_name.setdefault(email.to.partition("@")[0], []).append(email)
    assert {name: [one.status for one in sent] for name, sent in by_name.items()} == {
        "delivered+1": ["delivered"] * 4,
        "nobody": ["delivered"] * 4,
        "bounced+2": ["bounced"],
        "complained+3": ["complained"],
        "failed+4": ["failed"],
    }
    times = [one.sent_at for one in by_name["delivered+1"]]
    assert [(later - earlier).days for earlier, later in zip(times, times[1:], strict=False)] == [3, 7, 10]
    shown = call("GET", PATH, key=key).json
    assert shown["advancing_to"] is None
    assert parse(shown["now"]) >= began + timedelta(days=21)
