"""PATCH /v1/outreach/sequences/{sequence_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.sequences import (
    SEQUENCES,
    STEPS,
    active,
    be_ready,
    draft,
    enroll,
    enrolled,
    lead,
    move,
    prospect,
)

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _update(tenant: Tenant, sequence_id: str, body: dict[str, Any], **headers: str) -> ApiResponse:
    return call("PATCH", f"{SEQUENCES}/{sequence_id}", key=tenant.write, json_body=body, headers=headers)


def _shown(tenant: Tenant, sequence_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = call("GET", f"{SEQUENCES}/{sequence_id}", key=tenant.read).json
    return shown


def test_only_the_fields_of_the_body_change(tenant: Tenant) -> None:
    made = draft(tenant, daily_cap=10, time_zone="America/Chicago")

    response = _update(
        tenant, made["id"], {"name": "Other", "daily_cap": None, "send_window": {"start": "10:00"}}
    )

    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    shown = response.json
    assert shown.pop("open_enrollments") == {"number": 0, "is_exact": True}
    assert shown == {
        **made,
        "name": "Other",
        "daily_cap": None,
        "send_window": {**made["send_window"], "start": "10:00"},
        "updated_at": shown["updated_at"],
        "version": 2,
    }
    assert _shown(tenant, made["id"]) == shown


def test_steps_are_replaced_as_a_whole(tenant: Tenant) -> None:
    made = draft(tenant)

    assert _update(tenant, made["id"], {"steps": STEPS[:1]}).json["steps"] == made["steps"][:1]


def test_an_equal_body_changes_nothing(tenant: Tenant) -> None:
    made = draft(tenant)

    assert _update(tenant, made["id"], {"name": made["name"], "steps": STEPS}).json["version"] == 1


@pytest.mark.parametrize("name", ["name", "steps", "send_window", "stop_on"])
def test_null_is_422_for_what_has_no_empty_value(tenant: Tenant, name: str) -> None:
    response = _update(tenant, draft(tenant)["id"], {name: None})

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == f"/{name}"


def test_a_change_of_an_active_sequence_says_how_many_open_enrollments_follow_it(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    enroll(tenant, sequence["id"], lead(tenant), prospect(tenant))
    removed = enrolled(tenant, sequence["id"], lead(tenant, "c@example.com"))
    call("DELETE", f"{SEQUENCES}/{sequence['id']}/enrollments/{removed['id']}", key=tenant.write)

    response = _update(tenant, sequence["id"], {"steps": STEPS[:1]})

    assert response.json["open_enrollments"] == {"number": 2, "is_exact": True}
    assert move(tenant, sequence["id"], "paused").status == 200
    assert _update(tenant, sequence["id"], {"name": "Other"}).json["open_enrollments"]["number"] == 2


def test_a_change_of_an_active_sequence_must_pass_the_pre_flight(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)

    response = _update(tenant, sequence["id"], {"steps": [{**STEPS[0], "subject": "{{ first_name }}"}]})

    assert (response.status, response.error) == (422, "validation_error")
    (field,) = response.json["error"]["details"]["fields"]
    assert (field["pointer"], field["type"]) == ("/steps/0/subject", "variable_may_be_empty")
    assert _shown(tenant, sequence["id"]) == sequence


def test_a_paused_sequence_is_checked_when_it_is_active_again(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    move(tenant, sequence["id"], "paused")

    assert _update(tenant, sequence["id"], {"steps": []}).status == 200
    assert move(tenant, sequence["id"], "active").status == 422


def test_an_archived_sequence_cannot_change(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    move(tenant, sequence["id"], "paused")
    move(tenant, sequence["id"], "archived")

    assert (_update(tenant, sequence["id"], {"name": "x"}).error) == "illegal_transition"


def test_if_match_and_a_concurrent_change(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    made = draft(tenant)

    with overtaken(monkeypatch, lambda: _update(tenant, made["id"], {"daily_cap": 5})):
        assert _update(tenant, made["id"], {"name": "Other"}).status == 200

    shown = _shown(tenant, made["id"])
    assert (shown["daily_cap"], shown["name"], shown["version"]) == (5, "Other", 3)
    assert _update(tenant, made["id"], {"name": "x"}, **{"If-Match": '"2"'}).status == 412


def test_the_audit_record_has_the_changed_fields(tenant: Tenant) -> None:
    made = draft(tenant)
    _update(tenant, made["id"], {"daily_cap": 7})

    path = f"/v1/audit-log?resource_type=sequence&resource_id={made['id']}&limit=1"
    (record,) = call("GET", path, key=tenant.read).json["data"]
    assert (record["action"], record["changes"]) == (
        "sequence.updated",
        [{"field": "daily_cap", "from": None, "to": 7}],
    )
