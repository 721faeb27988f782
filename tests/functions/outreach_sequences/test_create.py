"""POST /v1/outreach/sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http import call
from tests.support.pipeline import items
from tests.support.sequences import SEQUENCES, STEPS, draft

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

STEP = {"delay_hours": 0, "subject": "Hello", "body": "Text"}
VARIANT = {"name": "A", "subject": "Hello", "body": "Text"}


def _fields(tenant: Tenant, **change: Any) -> list[tuple[str, str]]:
    body = {"name": "x", **change}
    response = call("POST", SEQUENCES, key=tenant.write, json_body=body)
    assert (response.status, response.error) == (422, "validation_error"), response.text
    return [(field["pointer"], field["type"]) for field in response.json["error"]["details"]["fields"]]


def test_a_sequence_is_stored_as_shown(tenant: Tenant) -> None:
    window = {"days": ["fri", "mon", "mon"], "start": "08:30", "end": "24:00"}

    shown = draft(tenant, send_window=window, time_zone="America/Chicago", daily_cap=40)

    assert shown["id"].startswith("seq_")
    assert (shown["name"], shown["status"], shown["version"]) == ("Property managers", "draft", 1)
    assert shown["send_window"] == {**window, "days": ["mon", "fri"]}
    assert (shown["time_zone"], shown["daily_cap"], shown["activated_at"]) == ("America/Chicago", 40, None)
    assert shown["steps"][0] == {**STEPS[0], "variants": []}
    assert shown["steps"][1] == {**STEPS[1], "subject": None, "body": None}
    assert call("GET", f"{SEQUENCES}/{shown['id']}", key=tenant.read).json == shown


def test_only_a_name_is_needed(tenant: Tenant) -> None:
    response = call("POST", SEQUENCES, key=tenant.write, json_body={"name": "Later"})

    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    shown = response.json
    assert (shown["steps"], shown["time_zone"], shown["daily_cap"]) == ([], None, None)
    assert shown["send_window"] == {
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "start": "09:00",
        "end": "17:00",
    }
    assert shown["stop_on"] == ["replied", "bounced", "complained", "unsubscribed", "converted"]


def test_creating_sends_nothing_and_plans_nothing(tenant: Tenant) -> None:
    draft(tenant)

    kinds = {item["kind"]["S"] for item in items()}
    assert not kinds & {"EMAIL", "ENROLLMENT", "DUE", "TASK", "EVENT"}


def test_a_creation_has_one_audit_record(tenant: Tenant) -> None:
    made = draft(tenant)

    path = f"/v1/audit-log?resource_type=sequence&resource_id={made['id']}"
    (record,) = call("GET", path, key=tenant.read).json["data"]
    assert record["action"] == "sequence.created"
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert (changes["name"], changes["status"]) == ("Property managers", "draft")


def test_a_template_is_checked_on_activation_and_not_before(tenant: Tenant) -> None:
    steps = [{"delay_hours": 0, "subject": "{{ nobody }}", "body": "{% for a in b %}"}]

    assert draft(tenant, steps=steps)["steps"][0]["subject"] == "{{ nobody }}"


@pytest.mark.parametrize(
    ("step", "pointer"),
    [
        ({"delay_hours": 0}, "/steps/0"),
        ({"delay_hours": 0, "subject": "Hello"}, "/steps/0"),
        ({**STEP, "variants": [VARIANT, {**VARIANT, "name": "B"}]}, "/steps/0"),
        ({"delay_hours": 0, "variants": [VARIANT]}, "/steps/0"),
        ({"delay_hours": 0, "variants": [VARIANT, VARIANT]}, "/steps/0"),
        ({**STEP, "delay_hours": -1}, "/steps/0/delay_hours"),
        ({**STEP, "delay_hours": 2161}, "/steps/0/delay_hours"),
        ({**STEP, "delay_hours": 1.5}, "/steps/0/delay_hours"),
        ({**STEP, "subject": "a\r\nBcc: other@example.com"}, "/steps/0/subject"),
        ({**STEP, "subject": "x" * 251}, "/steps/0/subject"),
        ({**STEP, "body": "a\x00b"}, "/steps/0/body"),
        ({**STEP, "body": "x" * 10_001}, "/steps/0/body"),
        ({**STEP, "body": " \n "}, "/steps/0/body"),
        ({**STEP, "html": "<b>"}, "/steps/0/html"),
    ],
)
def test_an_invalid_step_is_422(tenant: Tenant, step: dict[str, Any], pointer: str) -> None:
    assert [found for found, _ in _fields(tenant, steps=[step])] == [pointer]


@pytest.mark.parametrize(
    ("variant", "pointer"),
    [
        ({"weight": 0}, "weight"),
        ({"weight": 101}, "weight"),
        ({"name": "a b"}, "name"),
        ({"name": ""}, "name"),
        ({"subject": "a\nb"}, "subject"),
    ],
)
def test_an_invalid_variant_is_422(tenant: Tenant, variant: dict[str, Any], pointer: str) -> None:
    steps = [{"delay_hours": 0, "variants": [VARIANT, {**VARIANT, "name": "B", **variant}]}]

    assert [found for found, _ in _fields(tenant, steps=steps)] == [f"/steps/0/variants/1/{pointer}"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"send_window": {"days": []}}, "/send_window/days"),
        ({"send_window": {"days": ["day"]}}, "/send_window/days/0"),
        ({"send_window": {"start": "09:00", "end": "09:59"}}, "/send_window"),
        ({"send_window": {"start": "17:00", "end": "09:00"}}, "/send_window"),
        ({"send_window": {"start": "24:00"}}, "/send_window/start"),
        ({"send_window": {"start": "9:00"}}, "/send_window/start"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"daily_cap": 0}, "/daily_cap"),
        ({"daily_cap": 50_001}, "/daily_cap"),
        ({"stop_on": ["replied"]}, "/stop_on"),
        ({"stop_on": []}, "/stop_on"),
        ({"stop_on": ["opened"]}, "/stop_on/0"),
        ({"steps": [STEP] * 21}, "/steps"),
        ({"status": "active"}, "/status"),
    ],
)
def test_an_invalid_member_is_422(tenant: Tenant, change: dict[str, Any], pointer: str) -> None:
    assert [found for found, _ in _fields(tenant, **change)] == [pointer]


def test_only_the_conversion_can_be_left_out_of_what_stops_an_enrollment(tenant: Tenant) -> None:
    stop_on = ["unsubscribed", "complained", "bounced", "replied", "replied"]

    assert draft(tenant, stop_on=stop_on)["stop_on"] == ["replied", "bounced", "complained", "unsubscribed"]


def test_a_sequence_of_more_than_48_kib_is_422(tenant: Tenant) -> None:
    assert draft(tenant, steps=[{**STEP, "body": "x" * 9_000}] * 5)["version"] == 1
    assert _fields(tenant, steps=[{**STEP, "body": "x" * 9_800}] * 5) == [("", "too_long")]
