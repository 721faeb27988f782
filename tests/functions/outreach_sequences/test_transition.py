"""POST /v1/outreach/sequences/{sequence_id}/transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import call
from tests.support.pipeline import items
from tests.support.sequences import SENDER, SEQUENCES, STEPS, active, be_ready, draft, enrolled, lead, move

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _faults(tenant: Tenant, sequence_id: str, key: str = "") -> list[tuple[str, str]]:
    response = move(tenant, sequence_id, "active", key)
    assert (response.status, response.error) == (422, "validation_error"), response.text
    return [(field["pointer"], field["type"]) for field in response.json["error"]["details"]["fields"]]


def test_a_draft_becomes_active_paused_active_and_archived(tenant: Tenant) -> None:
    be_ready(tenant)
    made = draft(tenant)

    for number, to in enumerate(("active", "paused", "active", "paused", "archived"), 2):
        response = move(tenant, made["id"], to)
        assert (response.status, response.json["status"], response.json["version"]) == (200, to, number)
        assert response.json["activated_at"] > made["created_at"]

    path = f"/v1/audit-log?resource_type=sequence&resource_id={made['id']}&limit=1"
    (record,) = call("GET", path, key=tenant.read).json["data"]
    assert record["action"] == "sequence.transitioned"
    assert {"field": "status", "from": "paused", "to": "archived"} in record["changes"]


@pytest.mark.parametrize(
    ("moves", "refused", "allowed"),
    [
        ([], "paused", ["active"]),
        ([], "archived", ["active"]),
        (["active"], "active", ["paused"]),
        (["active"], "archived", ["paused"]),
        (["active", "paused"], "paused", ["active", "archived"]),
        (["active", "paused", "archived"], "active", []),
    ],
)
def test_any_other_move_is_409_with_what_is_allowed(
    tenant: Tenant, moves: list[str], refused: str, allowed: list[str]
) -> None:
    be_ready(tenant)
    made = draft(tenant)
    for to in moves:
        assert move(tenant, made["id"], to).status == 200

    response = move(tenant, made["id"], refused)

    assert (response.status, response.error) == (409, "illegal_transition")
    assert response.json["error"]["details"]["allowed"] == allowed


def test_draft_is_no_status_to_move_to(tenant: Tenant) -> None:
    assert move(tenant, draft(tenant)["id"], "draft").status == 422


def test_the_pre_flight_answers_with_every_fault_at_once(tenant: Tenant) -> None:
    steps: list[dict[str, Any]] = [
        {"delay_hours": 0, "subject": "{{ first_name }}", "body": "{{ nickname }} http://acme.example"},
        {
            "delay_hours": 1,
            "variants": [
                {"name": "A", "subject": "Hello", "body": "{% for a in b %}{% endfor %}"},
                {"name": "B", "subject": "{{ first_name | reverse }}", "body": "Text"},
            ],
        },
    ]
    made = draft(tenant, steps=steps, daily_cap=501)

    assert _faults(tenant, made["id"]) == [
        ("", "sender_missing"),
        ("", "vendor_not_connected"),
        ("/daily_cap", "cap_too_high"),
        ("/steps/0/subject", "variable_may_be_empty"),
        ("/steps/0/body", "unknown_variable"),
        ("/steps/0/body", "link_not_https"),
        ("/steps/1/delay_hours", "delay_too_short"),
        ("/steps/1/variants/0/body", "template_construct"),
        ("/steps/1/variants/1/subject", "unknown_filter"),
        ("/steps/1/variants/1/subject", "variable_may_be_empty"),
    ]
    shown = call("GET", f"{SEQUENCES}/{made['id']}", key=tenant.read).json
    assert shown == made


def test_a_sequence_needs_a_step(tenant: Tenant) -> None:
    be_ready(tenant)

    assert _faults(tenant, draft(tenant, steps=[])["id"]) == [("/steps", "steps_missing")]


@pytest.mark.parametrize("email", ["acme@gmail.com", "acme@yahoo.com"])
def test_a_sender_needs_a_domain_of_its_own(tenant: Tenant, email: str) -> None:
    be_ready(tenant, sender={**SENDER, "email": email})

    assert _faults(tenant, draft(tenant)["id"]) == [("", "sender_domain")]


def test_live_mode_needs_a_key_to_resend_and_test_mode_needs_no_vendor(tenant: Tenant) -> None:
    be_ready(tenant)
    body = {"secrets": {"api_key": None}}
    assert call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body=body).status == 200

    assert _faults(tenant, draft(tenant)["id"]) == [("", "vendor_not_connected")]
    made = draft(tenant, key=tenant.test_admin)
    assert move(tenant, made["id"], "active", tenant.test_admin).status == 200


def test_settings_that_changed_since_are_checked_when_a_paused_sequence_is_activated(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant, daily_cap=300)
    move(tenant, sequence["id"], "paused")
    be_ready(tenant, sender=None, outreach={"daily_cap": 200})

    assert _faults(tenant, sequence["id"]) == [("", "sender_missing"), ("/daily_cap", "cap_too_high")]


def test_an_activation_leaves_a_due_marker_for_what_became_due_in_the_pause(
    clock: Clock, tenant: Tenant
) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    enrolled(tenant, sequence["id"], lead(tenant))
    move(tenant, sequence["id"], "paused")
    clock.advance(days=30)
    minute = clock.at.isoformat()[:16]
    assert not [item for item in items("DUE") if item["sk"]["S"].startswith(minute)]

    assert move(tenant, sequence["id"], "active").status == 200

    (marker,) = [item for item in items("DUE") if item["sk"]["S"].startswith(minute)]
    assert marker["sk"]["S"] == f"{minute}#{tenant.id}#live"


def test_archiving_enqueues_the_end_of_open_enrollments(tenant: Tenant) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    move(tenant, sequence["id"], "paused")
    assert items("TASK") == []

    move(tenant, sequence["id"], "archived")

    (task,) = items("TASK")
    assert task["task"]["S"] == "stop_enrollments"


def test_the_steps_of_the_samples_pass_the_pre_flight(tenant: Tenant) -> None:
    be_ready(tenant)

    assert active(tenant, steps=STEPS)["activated_at"]


def test_if_match_refers_to_the_sequence(tenant: Tenant) -> None:
    be_ready(tenant)
    made = draft(tenant)

    assert move(tenant, made["id"], "active", **{"If-Match": '"2"'}).status == 412
    assert move(tenant, made["id"], "active", **{"If-Match": '"1"'}).status == 200
