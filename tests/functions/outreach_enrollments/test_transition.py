"""POST /v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}/transitions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock as eal_clock
from eal.core.caller import worker
from eal.core.clock import rfc3339
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.sequences import SEQUENCES, STEPS, active, be_ready, enroll, enrolled, lead

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def enrollment(clock: Clock, tenant: Tenant) -> dict[str, Any]:
    """An enrollment on Friday, 24 April 2026, 13:42 in New York, due three days later at the earliest."""
    be_ready(tenant)
    sequence = active(tenant, steps=[{**STEPS[0], "delay_hours": 72}])
    return enrolled(tenant, sequence["id"], lead(tenant))


def _path(enrollment: dict[str, Any]) -> str:
    return f"{SEQUENCES}/{enrollment['sequence_id']}/enrollments/{enrollment['id']}"


def _move(tenant: Tenant, enrollment: dict[str, Any], to: str, **headers: str) -> ApiResponse:
    path = f"{_path(enrollment)}/transitions"
    return call("POST", path, key=tenant.write, json_body={"to": to}, headers=headers)


def _due(tenant: Tenant) -> list[str]:
    """The ids in the index of what the sender has to look at."""
    partition = enrollments.due_partition(tenant.in_mode("live"))
    return [item["id"]["S"] for item in items("ENROLLMENT") if item.get("gsi2pk") == {"S": partition}]


def test_a_paused_enrollment_is_not_due_and_keeps_its_address(
    tenant: Tenant, enrollment: dict[str, Any]
) -> None:
    response = _move(tenant, enrollment, "paused")

    assert (response.status, response.json["status"], response.json["due_at"]) == (200, "paused", None)
    assert response.headers["ETag"] == '"2"'
    assert _due(tenant) == []
    person = {"id": enrollment["lead_id"]}
    (result,) = enroll(tenant, enrollment["sequence_id"], person).json["data"]
    assert result["reason"] == "already_enrolled"


def test_a_resumed_enrollment_is_due_when_it_was(tenant: Tenant, enrollment: dict[str, Any]) -> None:
    _move(tenant, enrollment, "paused")

    response = _move(tenant, enrollment, "active")

    assert (response.json["status"], response.json["due_at"]) == ("active", enrollment["due_at"])
    assert _due(tenant) == [enrollment["id"]]


def test_a_step_whose_time_has_passed_is_due_in_the_next_window(
    clock: Clock, tenant: Tenant, enrollment: dict[str, Any]
) -> None:
    _move(tenant, enrollment, "paused")
    clock.advance(days=8, hours=8)  # Saturday evening

    due_at = eal_clock.parse(_move(tenant, enrollment, "active").json["due_at"])

    monday = clock.at.replace(day=4, hour=13, minute=0, second=0, microsecond=0)  # 09:00 in New York
    assert timedelta() <= due_at - monday < timedelta(minutes=30)
    assert any(item["sk"]["S"].startswith(rfc3339(due_at)[:16]) for item in items("DUE"))


def test_an_enrollment_that_is_paused_until_a_day_is_in_the_index_of_that_day(
    clock: Clock, tenant: Tenant, enrollment: dict[str, Any]
) -> None:
    by = worker("tests", tenant.in_mode("live"), "tests")
    found = ENROLLMENTS.get(by.tenant, enrollment["id"])
    until = clock.at + timedelta(days=14)
    enrollments.pause_until(found, until, by)
    by.transaction.commit()

    shown = call("GET", _path(enrollment), key=tenant.read).json
    assert (shown["status"], shown["due_at"], shown["resume_at"]) == ("paused", None, rfc3339(until))
    assert _due(tenant) == [enrollment["id"]]
    (item,) = items("ENROLLMENT")
    assert item["gsi2sk"]["S"].startswith(rfc3339(until))
    assert any(marker["sk"]["S"].startswith(rfc3339(until)[:16]) for marker in items("DUE"))
    resumed = _move(tenant, enrollment, "active").json
    assert (resumed["due_at"], resumed["resume_at"]) == (enrollment["due_at"], None)


def test_a_move_to_the_same_status_and_of_a_closed_one_is_409(
    tenant: Tenant, enrollment: dict[str, Any]
) -> None:
    response = _move(tenant, enrollment, "active")
    assert (response.error, response.json["error"]["details"]["allowed"]) == (
        "illegal_transition",
        ["paused"],
    )
    call("DELETE", _path(enrollment), key=tenant.write)

    for to in ("active", "paused"):
        response = _move(tenant, enrollment, to)
        assert (response.status, response.json["error"]["details"]["allowed"]) == (409, [])


@pytest.mark.parametrize("to", ["stopped", "completed", None])
def test_other_statuses_are_422(tenant: Tenant, enrollment: dict[str, Any], to: str) -> None:
    assert _move(tenant, enrollment, to).status == 422


def test_if_match_and_a_concurrent_removal(
    tenant: Tenant, enrollment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _move(tenant, enrollment, "paused", **{"If-Match": '"2"'}).status == 412

    with overtaken(monkeypatch, lambda: call("DELETE", _path(enrollment), key=tenant.write)):
        assert _move(tenant, enrollment, "paused").status == 409

    assert call("GET", _path(enrollment), key=tenant.read).json["stop_reason"] == "removed"
