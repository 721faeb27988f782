"""GET /v1/outreach/deliverability."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock
from tests.support import emails
from tests.support.emails import SEQUENCE
from tests.support.http import call
from tests.support.inbound import connect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/deliverability"
OTHER = "seq_01kq09bekje6vbq5xe2b60xtxx"


def _get(tenant: Tenant, query: str = "", key: str | None = None) -> Any:
    response = call("GET", f"{PATH}{query}", key=key or tenant.read)
    assert response.status == 200, response.text
    return response.json


def _groups(tenant: Tenant, query: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(group[name] for name in names) for group in _get(tenant, query)["groups"]]


@pytest.fixture
def mailed(tenant: Tenant) -> Tenant:
    """Three e-mails of one sequence, two of them a day ago, one of another sequence, and a draft."""
    connection = connect("resend", tenant.admin)
    yesterday = clock.now() - timedelta(days=1)
    bounced = emails.sent(tenant, "a@example.com", at=yesterday)
    emails.sent(tenant, "b@example.com", at=yesterday, variant="B")
    delivered = emails.sent(tenant, "c@example.com", step=0)
    emails.sent(tenant, "d@example.com", sequence_id=OTHER)
    complained = emails.sent(
        tenant, "e@example.com", sequence_id=None, step=None, variant=None, draft_id="draft_1"
    )
    emails.report(connection, emails.bounced(bounced))
    emails.report(connection, emails.event("delivered", delivered))
    emails.report(connection, emails.event("delivered", complained))
    emails.report(connection, emails.event("complained", complained))
    return tenant


def test_the_total_has_counts_and_rates(mailed: Tenant) -> None:
    response = _get(mailed)

    total = response["total"]
    assert (total["sent"], total["delivered"], total["hard_bounced"], total["complained"]) == (5, 2, 1, 1)
    assert (total["delivery_rate"], total["bounce_rate"], total["complaint_rate"]) == (0.4, 0.2, 0.2)
    assert (total["opened"], total["open_rate"]) == (0, 0.0)
    assert response["sender"] == {
        "id": mailed.id, "status": "active", "reason": None, "paused_at": None, "resumed_at": None, "version": 0,
    }  # fmt: skip


def test_an_event_counts_on_the_day_of_its_email(mailed: Tenant) -> None:
    today = clock.now().date()
    days = [(f"{today - timedelta(days=1)}", 2, 1, 0), (f"{today}", 3, 0, 1)]

    assert _groups(mailed, "", "day", "sent", "hard_bounced", "complained") == days
    assert _groups(mailed, f"?since={today}", "day", "sent") == [(f"{today}", 3)]
    assert _groups(mailed, f"?until={today - timedelta(days=1)}", "day", "sent") == [days[0][:2]]


def test_groups_are_by_sequence_step_or_variant(mailed: Tenant) -> None:
    by_sequence = _groups(mailed, "?group_by=sequence", "day", "sequence_id", "step", "sent")
    assert by_sequence == [(None, None, None, 1), (None, SEQUENCE, None, 3), (None, OTHER, None, 1)]
    assert _groups(mailed, f"?group_by=step&sequence_id={SEQUENCE}", "step", "variant", "sent") == [
        (0, None, 1), (1, None, 2),
    ]  # fmt: skip
    assert _groups(mailed, f"?group_by=variant&sequence_id={SEQUENCE}", "step", "variant", "sent") == [
        (0, "A", 1), (1, "A", 1), (1, "B", 1),
    ]  # fmt: skip
    assert _get(mailed, f"?sequence_id={OTHER}")["total"]["sent"] == 1


def test_without_emails_there_are_no_rates(tenant: Tenant) -> None:
    response = _get(tenant)

    assert response["groups"] == []
    assert (response["total"]["sent"], response["total"]["bounce_rate"]) == (0, None)


def test_a_paused_sender_is_shown_with_its_reason(tenant: Tenant) -> None:
    emails.pause_sender(tenant)

    shown = _get(tenant)["sender"]

    assert (shown["status"], shown["reason"]) == ("paused", "bounces")
    assert shown["paused_at"]


def test_nothing_of_another_tenant_or_mode_is_counted(mailed: Tenant, stranger: Tenant) -> None:
    assert _get(stranger)["total"]["sent"] == 0
    assert _get(mailed, key=mailed.test_admin)["total"]["sent"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "since=2026-02-30",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=2100-01-01",
        "since=2020-01-01",
        "since=2026-04-02&until=2026-04-01",
        "since=2026-01-01&until=2026-04-03",
        "group_by=week",
        "since=1700000000",
    ],
)
def test_an_invalid_parameter_is_422(tenant: Tenant, query: str) -> None:
    assert call("GET", f"{PATH}?{query}", key=tenant.read).status == 422
