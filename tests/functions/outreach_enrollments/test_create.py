"""POST /v1/outreach/sequences/{sequence_id}/enrollments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from eal.core import clock as eal_clock
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline, items
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
    from tests.support.time import Clock

UNKNOWN = {"id": "lead_01kq09bekje6vbq5xe2b60xtww"}


@pytest.fixture
def sequence(clock: Clock, tenant: Tenant) -> dict[str, Any]:
    """A sequence on Friday, 24 April 2026, 17:42 UTC, which is 13:42 in New York."""
    be_ready(tenant)
    return active(tenant)


def _refused(tenant: Tenant, sequence: dict[str, Any], person: dict[str, Any], key: str = "") -> str | None:
    (result,) = enroll(tenant, sequence["id"], person, key=key).json["data"]
    assert (result["status"] == "refused") == (result["reason"] is not None)
    reason: str | None = result["reason"]
    return reason


def _suppress(tenant: Tenant, **suppressed: str) -> None:
    body = {"reason": "manual", **suppressed}
    response = call("POST", "/v1/outreach/suppressions", key=tenant.write, json_body=body)
    assert response.status == 201, response.text


def _claims() -> set[str]:
    return {item["sk"]["S"] for item in items("ENROLLMENT_CLAIM")}


def test_leads_and_prospects_are_enrolled_with_one_result_each(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    first, second = lead(tenant), prospect(tenant)

    response = enroll(tenant, sequence["id"], first, second, UNKNOWN)

    assert response.status == 200
    known, unknown, other = response.json["data"]
    assert (response.json["enrolled"], response.json["refused"]) == (2, 1)
    assert (known["lead_id"], known["prospect_id"], known["status"]) == (first["id"], None, "enrolled")
    assert (other["lead_id"], other["prospect_id"], other["status"]) == (None, second["id"], "enrolled")
    assert (unknown["lead_id"], unknown["status"], unknown["reason"]) == (
        UNKNOWN["id"],
        "refused",
        "not_found",
    )
    for result in (known, other):
        path = f"{SEQUENCES}/{sequence['id']}/enrollments/{result['enrollment_id']}"
        shown = call("GET", path, key=tenant.read).json
        assert (shown["status"], shown["step"], shown["version"]) == ("active", 0, 1)
        assert (shown["lead_id"], shown["prospect_id"]) == (result["lead_id"], result["prospect_id"])
    assert _claims() == {first["email"], second["email"], first["id"], second["id"]}


def test_nothing_is_sent_by_an_enrollment_and_its_time_has_a_due_marker(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    shown = enrolled(tenant, sequence["id"], lead(tenant))

    assert not items("EMAIL")
    minute = shown["due_at"][:16]
    assert [item["sk"]["S"] for item in items("DUE") if item["sk"]["S"].startswith(minute)]


def test_each_due_time_has_a_marker_before_the_commit(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [lead(tenant, f"lead{number}@example.com") for number in range(3)]
    with watched_calls(monkeypatch) as calls:
        enroll(tenant, sequence["id"], *people)

    last_marker = len(calls.made) - 1 - calls.made[::-1].index("PutItem")
    assert last_marker < calls.made.index("TransactWriteItems", calls.made.index("PutItem"))


def test_the_first_step_is_due_in_the_window_of_the_recipient(
    clock: Clock, tenant: Tenant, sequence: dict[str, Any]
) -> None:
    """13:42 in New York is 10:42 in California, and 07:42 in Hawaii."""
    place = {"line1": "1 Elm St", "city": "X", "postal_code": "94601"}
    for number, (state, zone, day, hour) in enumerate(
        [
            ("CA", "America/Los_Angeles", 24, 10),
            ("HI", "Pacific/Honolulu", 24, 9),
            ("Ontario", "America/New_York", 24, 13),
        ]
    ):
        person = prospect(tenant, f"p{number}@example.com", address={**place, "state": state})
        shown = enrolled(tenant, sequence["id"], person)
        assert shown["time_zone"] == zone
        due_at = eal_clock.parse(shown["due_at"]).astimezone(ZoneInfo(zone))
        assert (due_at.day, due_at.weekday()) == (day, 4)
        start = due_at.replace(hour=hour, minute=0 if hour == 9 else 42, second=0, microsecond=0)
        assert timedelta() <= due_at - start < timedelta(minutes=31)


def test_unknown_places_have_the_zone_of_the_sequence_or_else_of_the_organization(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    other = active(tenant, time_zone="America/Denver")

    assert enrolled(tenant, other["id"], lead(tenant))["time_zone"] == "America/Denver"
    assert enrolled(tenant, sequence["id"], lead(tenant, "b@example.com"))["time_zone"] == "America/New_York"


def test_the_delay_of_the_first_step_counts_from_the_enrollment(
    clock: Clock, tenant: Tenant, sequence: dict[str, Any]
) -> None:
    late = active(tenant, steps=[{**STEPS[0], "delay_hours": 24}])

    due_at = eal_clock.parse(enrolled(tenant, late["id"], lead(tenant))["due_at"])

    monday = clock.at.replace(day=27, hour=13, minute=0)  # 09:00 in New York
    assert timedelta() <= due_at - monday < timedelta(minutes=31)


def test_the_delay_counts_in_the_time_of_the_test_clock(
    clock: Clock, tenant: Tenant, sequence: dict[str, Any]
) -> None:
    key = tenant.test_admin
    other = active(tenant, key)
    body = {"advance_to": "2026-06-01T16:00:00Z"}
    response = call("POST", "/v1/outreach/test-clock", key=key, json_body=body)
    assert response.status < 300, response.text
    Pipeline().run()

    due_at = eal_clock.parse(enrolled(tenant, other["id"], lead(tenant, key=key), key)["due_at"])

    assert timedelta() <= due_at - eal_clock.parse("2026-06-01T16:00:00Z") < timedelta(minutes=31)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("unknown", ["x", "pros_x", "lead_x", "pros_01kq09bekje6vbq5xe2b60xtww"])
def test_unknown_ids_are_not_found(tenant: Tenant, sequence: dict[str, Any], unknown: str) -> None:
    for name in ("lead_ids", "prospect_ids"):
        path = f"{SEQUENCES}/{sequence['id']}/enrollments"
        (result,) = call("POST", path, key=tenant.write, json_body={name: [unknown]}).json["data"]
        assert (result["reason"], result[name.removesuffix("s")]) == ("not_found", unknown)


def test_people_of_another_tenant_or_mode_are_not_found(
    tenant: Tenant, stranger: Tenant, sequence: dict[str, Any]
) -> None:
    assert _refused(tenant, sequence, lead(stranger)) == "not_found"
    assert _refused(tenant, sequence, prospect(tenant, key=tenant.test_admin)) == "not_found"


def test_an_erased_person_is_not_found(tenant: Tenant, sequence: dict[str, Any]) -> None:
    person = lead(tenant)
    call("DELETE", f"/v1/leads/{person['id']}", key=tenant.admin)

    assert _refused(tenant, sequence, person) == "not_found"


def test_without_an_address_nobody_is_enrolled(tenant: Tenant, sequence: dict[str, Any]) -> None:
    phone = call("POST", "/v1/leads", key=tenant.write, json_body={"phones": ["4155550142"]}).json
    company = call("POST", "/v1/prospects", key=tenant.write, json_body={"company": "Bay"}).json

    assert [_refused(tenant, sequence, person) for person in (phone, company)] == ["no_email", "no_email"]


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("dana@acme.test", "invalid_address"),
        ("josé@example.com", "invalid_address"),
        ("a@b.example.com", None),
    ],
)
def test_an_address_that_cannot_get_mail_is_invalid(
    tenant: Tenant, sequence: dict[str, Any], email: str, reason: str | None
) -> None:
    assert _refused(tenant, sequence, lead(tenant, email)) == reason


def test_reserved_domains_are_valid_in_test_mode(tenant: Tenant, sequence: dict[str, Any]) -> None:
    key = tenant.test_admin
    person = lead(tenant, "delivered@mailbox.test", key=key)

    assert _refused(tenant, active(tenant, key), person, key) is None


def test_a_suppressed_address_or_domain_is_refused(tenant: Tenant, sequence: dict[str, Any]) -> None:
    _suppress(tenant, address="a@example.com")

    assert _refused(tenant, sequence, lead(tenant, "a@example.com")) == "suppressed"
    assert _refused(tenant, sequence, lead(tenant, "b@example.com")) is None


def test_an_address_of_a_suppressed_domain_is_refused(tenant: Tenant, sequence: dict[str, Any]) -> None:
    _suppress(tenant, domain="example.com")

    assert _refused(tenant, sequence, prospect(tenant, "a@example.com")) == "suppressed"
    assert _refused(tenant, sequence, prospect(tenant, "a@sub.example.com")) is None


def test_a_converted_prospect_and_one_that_opted_out_are_refused(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    converted, opted_out = prospect(tenant), prospect(tenant, "o@example.com", outreach_state="opted_out")
    call("POST", f"/v1/prospects/{converted['id']}/convert", key=tenant.write)

    assert _refused(tenant, sequence, converted) == "converted"
    assert _refused(tenant, sequence, opted_out) == "opted_out"


def test_an_address_is_enrolled_once_over_all_sequences(tenant: Tenant, sequence: dict[str, Any]) -> None:
    first = enrolled(tenant, sequence["id"], prospect(tenant))
    same_address = lead(tenant, "robin@example.com")

    (result,) = enroll(tenant, active(tenant)["id"], same_address).json["data"]

    assert (result["reason"], result["enrollment_id"]) == ("already_enrolled", first["id"])


def test_a_person_with_a_changed_address_is_enrolled_once(tenant: Tenant, sequence: dict[str, Any]) -> None:
    person = prospect(tenant)
    enrolled(tenant, sequence["id"], person)
    path = f"/v1/prospects/{person['id']}"
    call("PATCH", path, key=tenant.write, json_body={"email": "new@example.com"})

    assert _refused(tenant, sequence, person) == "already_enrolled"


def test_the_same_address_twice_in_a_request_is_a_duplicate(tenant: Tenant, sequence: dict[str, Any]) -> None:
    person, same = lead(tenant), prospect(tenant, "dana@example.com")

    results = enroll(tenant, sequence["id"], person, person, same).json["data"]

    assert [result["reason"] for result in results] == [None, "duplicate", "duplicate"]


def test_duplicates_are_found_across_transactions(tenant: Tenant, sequence: dict[str, Any]) -> None:
    people = [lead(tenant, f"lead{number}@example.com") for number in range(17)]

    results = enroll(tenant, sequence["id"], *people, people[0]).json["data"]

    assert [result["reason"] for result in results] == [None] * 17 + ["duplicate"]


@pytest.mark.parametrize("status", ["draft", "paused", "archived"])
def test_only_an_active_sequence_accepts_enrollments(tenant: Tenant, status: str) -> None:
    be_ready(tenant)
    made = draft(tenant)
    for to in {"draft": (), "paused": ("active", "paused"), "archived": ("active", "paused", "archived")}[
        status
    ]:
        move(tenant, made["id"], to)

    response = enroll(tenant, made["id"], lead(tenant))

    assert (response.status, response.json["error"]["details"]["status"]) == (409, status)
    assert not items("ENROLLMENT")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lead_ids": []},
        {"lead_ids": ["x"] * 101},
        {"lead_ids": ["x"] * 51, "prospect_ids": ["x"] * 50},
        {"lead_ids": ["x" * 101]},
        {"emails": ["a@example.com"]},
    ],
)
def test_an_invalid_batch_is_422(tenant: Tenant, body: dict[str, Any]) -> None:
    path = f"{SEQUENCES}/seq_01kq09bekje6vbq5xe2b60xtww/enrollments"

    assert call("POST", path, key=tenant.write, json_body=body).status == 422


# ---------------------------------------------------------------- prospects


def test_a_prospect_is_enrolled_and_never_goes_back(tenant: Tenant, sequence: dict[str, Any]) -> None:
    new, replied = prospect(tenant), prospect(tenant, "r@example.com", outreach_state="replied")

    assert enroll(tenant, sequence["id"], new, replied).json["enrolled"] == 2

    states = [
        call("GET", f"/v1/prospects/{person['id']}", key=tenant.read).json["outreach_state"]
        for person in (new, replied)
    ]
    assert states == ["enrolled", "replied"]


def test_the_audit_log_has_a_record_of_each_and_no_address(tenant: Tenant, sequence: dict[str, Any]) -> None:
    shown = enrolled(tenant, sequence["id"], prospect(tenant))

    response = call("GET", "/v1/audit-log?resource_type=enrollment", key=tenant.read)
    (record,) = response.json["data"]
    assert (record["action"], record["resource"]["id"]) == ("enrollment.created", shown["id"])
    assert "robin@example.com" not in response.text
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert changes["address"].startswith("hmac-sha256:")


# ---------------------------------------------------------------- repetitions and races


def test_a_hundred_people_are_enrolled_in_few_transactions(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [prospect(tenant, f"p{number}@example.com") for number in range(100)]

    with watched_calls(monkeypatch) as calls:
        response = enroll(tenant, sequence["id"], *people)

    assert (response.json["enrolled"], response.json["refused"]) == (100, 0)
    assert calls.count("TransactWriteItems") == 7
    assert calls.count("TransactGetItems") == 14


def test_a_repeated_request_gets_the_first_answer(tenant: Tenant, sequence: dict[str, Any]) -> None:
    person = lead(tenant)
    first = enroll(tenant, sequence["id"], person, **{"Idempotency-Key": "k"})

    again = enroll(tenant, sequence["id"], person, **{"Idempotency-Key": "k"})

    assert (again.status, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_request_that_is_killed_anywhere_can_be_repeated_and_enrolls_nobody_twice(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [prospect(tenant, f"p{number}@example.com") for number in range(18)]
    for number in range(1, 60):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                enroll(tenant, sequence["id"], *people)
            except Killed:
                pass
            else:
                break

    results = enroll(tenant, sequence["id"], *people).json["data"]

    assert {result["reason"] for result in results} == {"already_enrolled"}
    assert len({result["enrollment_id"] for result in results}) == 18
    assert len(items("ENROLLMENT")) == 18
    marked = {item["sk"]["S"][:16] for item in items("DUE")}
    assert {item["due_at"]["S"][:16] for item in items("ENROLLMENT")} <= marked


def test_one_of_two_concurrent_requests_enrolls_a_person(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    people, other = [lead(tenant), prospect(tenant)], active(tenant)
    first: list[dict[str, Any]] = []

    with overtaken(monkeypatch, lambda: first.append(enroll(tenant, other["id"], people[0]).json)):
        second = enroll(tenant, sequence["id"], *people).json

    assert [result["reason"] for result in second["data"]] == ["already_enrolled", None]
    assert second["data"][0]["enrollment_id"] == first[0]["data"][0]["enrollment_id"]
    assert len(items("ENROLLMENT")) == 2


def test_a_prospect_that_is_converted_meanwhile_is_refused(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = prospect(tenant)
    path = f"/v1/prospects/{person['id']}/convert"

    with overtaken(monkeypatch, lambda: call("POST", path, key=tenant.write)):
        assert _refused(tenant, sequence, person) == "converted"

    assert not items("ENROLLMENT")
