"""The task `stop_enrollments`: of a converted prospect, and of an archived sequence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.outreach.enrollments import stopping
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.outreach import send
from tests.support.pipeline import Pipeline, items, sqs_event
from tests.support.sequences import SEQUENCES, active, be_ready, enroll, enrolled, lead, move, prospect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

WORKER = "workers/stop_enrollments"


@pytest.fixture
def sequence(tenant: Tenant) -> dict[str, Any]:
    be_ready(tenant)
    return active(tenant)


def _convert(tenant: Tenant, person: dict[str, Any]) -> None:
    response = call("POST", f"/v1/prospects/{person['id']}/convert", key=tenant.write)
    assert response.status == 200, response.text


def _archive(tenant: Tenant, sequence: dict[str, Any]) -> None:
    for to in ("paused", "archived"):
        assert move(tenant, sequence["id"], to).status == 200


def _task(tenant: Tenant, **fields: str) -> dict[str, Any]:
    message = {"organization_id": tenant.id, "mode": "live", "request_id": "request-1", **fields}
    return sqs_event("StopQueue", [json.dumps({"task": "stop_enrollments", **message})])


def _stop(tenant: Tenant, **fields: str) -> None:
    assert load_app(WORKER).handler(_task(tenant, **fields), None) == {"batchItemFailures": []}


def _listed(tenant: Tenant, sequence: dict[str, Any]) -> list[tuple[str, str | None]]:
    path = f"{SEQUENCES}/{sequence['id']}/enrollments?limit=200"
    found = call("GET", path, key=tenant.read).json["data"]
    return [(enrollment["status"], enrollment["stop_reason"]) for enrollment in found]


def test_a_conversion_stops_the_enrollment_of_the_prospect_alone(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    person = prospect(tenant)
    enroll(tenant, sequence["id"], person, lead(tenant))

    _convert(tenant, person)
    Pipeline().run()

    assert sorted(_listed(tenant, sequence), key=str) == [("active", None), ("stopped", "converted")]
    assert len(items("ENROLLMENT_CLAIM")) == 2
    response = call("GET", "/v1/audit-log?actor_id=stop_enrollments", key=tenant.read)
    (record,) = response.json["data"]
    assert (record["action"], record["source"]) == ("enrollment.stopped", "worker")


def test_the_conversion_of_a_prospect_without_outreach_enqueues_nothing(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    _convert(tenant, prospect(tenant))

    assert items("TASK") == []


def test_a_sequence_that_goes_on_after_a_conversion_does(tenant: Tenant) -> None:
    be_ready(tenant)
    lasting = active(tenant, stop_on=["replied", "bounced", "complained", "unsubscribed"])
    person = prospect(tenant)
    enrolled(tenant, lasting["id"], person)

    _convert(tenant, person)
    Pipeline().run()

    assert _listed(tenant, lasting) == [("active", None)]


@pytest.mark.parametrize("goes_on", [False, True])
def test_the_sender_stops_a_converted_prospect_whose_task_is_late(
    clock: Clock, tenant: Tenant, goes_on: bool
) -> None:
    be_ready(tenant)
    stop_on = ["replied", "bounced", "complained", "unsubscribed", *([] if goes_on else ["converted"])]
    sequence = active(tenant, tenant.test_admin, stop_on=stop_on)
    person = prospect(tenant, "delivered@mailbox.test", key=tenant.test_admin)
    enrolled(tenant, sequence["id"], person, tenant.test_admin)
    call("POST", f"/v1/prospects/{person['id']}/convert", key=tenant.test_admin)
    clock.advance(days=3)

    assert send(tenant.in_mode("test"))

    path = f"{SEQUENCES}/{sequence['id']}/enrollments"
    (shown,) = call("GET", path, key=tenant.test_admin).json["data"]
    expected = ("active", None, 1) if goes_on else ("stopped", "converted", 0)
    assert (shown["status"], shown["stop_reason"], shown["step"]) == expected
    assert len(items("EMAIL")) == goes_on


def test_a_prospect_without_open_enrollment_changes_nothing(tenant: Tenant, sequence: dict[str, Any]) -> None:
    person = prospect(tenant)
    shown = enrolled(tenant, sequence["id"], person)
    call("DELETE", f"{SEQUENCES}/{sequence['id']}/enrollments/{shown['id']}", key=tenant.write)

    _stop(tenant, prospect_id=person["id"])
    _stop(tenant, prospect_id="pros_01kq09bekje6vbq5xe2b60xtww")

    assert _listed(tenant, sequence) == [("stopped", "removed")]


def test_archiving_stops_all_open_enrollments_of_the_sequence(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    other = active(tenant)
    people = [lead(tenant, f"l{number}@example.com") for number in range(45)]
    enroll(tenant, sequence["id"], *people)
    paused = enrolled(tenant, sequence["id"], prospect(tenant))
    path = f"{SEQUENCES}/{sequence['id']}/enrollments/{paused['id']}/transitions"
    call("POST", path, key=tenant.write, json_body={"to": "paused"})
    enrolled(tenant, other["id"], lead(tenant, "other@example.com"))

    _archive(tenant, sequence)
    Pipeline().run()

    assert set(_listed(tenant, sequence)) == {("stopped", "sequence_archived")}
    assert _listed(tenant, other) == [("active", None)]
    assert len(items("ENROLLMENT_CLAIM")) == 2


def test_a_long_sequence_is_stopped_in_several_messages(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll(tenant, sequence["id"], *(lead(tenant, f"l{number}@example.com") for number in range(45)))
    monkeypatch.setattr(stopping, "_MAX_PER_MESSAGE", 20)

    _archive(tenant, sequence)
    Pipeline().run()

    assert _listed(tenant, sequence) == [("stopped", "sequence_archived")] * 45
    assert len(items("TASK")) == 3


def test_a_message_that_is_delivered_twice_changes_nothing_more(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    person = prospect(tenant)
    enroll(tenant, sequence["id"], person, lead(tenant))
    _archive(tenant, sequence)

    for _ in range(2):
        _stop(tenant, sequence_id=sequence["id"])
        _stop(tenant, prospect_id=person["id"])

    assert _listed(tenant, sequence) == [("stopped", "sequence_archived")] * 2
    assert all(item["version"]["N"] == "2" for item in items("ENROLLMENT"))


def test_a_sequence_that_is_not_archived_keeps_its_enrollments(
    tenant: Tenant, sequence: dict[str, Any]
) -> None:
    enrolled(tenant, sequence["id"], lead(tenant))

    _stop(tenant, sequence_id=sequence["id"])

    assert _listed(tenant, sequence) == [("active", None)]


def test_the_enrollments_of_a_deleted_sequence_are_stopped(tenant: Tenant, sequence: dict[str, Any]) -> None:
    enrolled(tenant, sequence["id"], lead(tenant))

    _stop(tenant, sequence_id="seq_01kq09bekje6vbq5xe2b60xtww")

    assert _listed(tenant, sequence) == [("active", None)]


def test_an_enrollment_that_changes_meanwhile_is_stopped_too(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = enrolled(tenant, sequence["id"], lead(tenant))
    path = f"{SEQUENCES}/{sequence['id']}/enrollments/{shown['id']}/transitions"
    _archive(tenant, sequence)

    with overtaken(monkeypatch, lambda: call("POST", path, key=tenant.write, json_body={"to": "paused"})):
        _stop(tenant, sequence_id=sequence["id"])

    assert _listed(tenant, sequence) == [("stopped", "sequence_archived")]


def test_a_worker_that_is_killed_anywhere_is_repeated(
    tenant: Tenant, sequence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll(tenant, sequence["id"], *(lead(tenant, f"l{number}@example.com") for number in range(25)))
    _archive(tenant, sequence)
    for number in range(1, 30):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                _stop(tenant, sequence_id=sequence["id"])
            except Killed:
                pass
            else:
                break

    assert _listed(tenant, sequence) == [("stopped", "sequence_archived")] * 25
    assert items("ENROLLMENT_CLAIM") == []
    actions = [item for item in items("AUDIT") if item["action"]["S"] == "enrollment.stopped"]
    assert len(actions) == 25
