"""Counting: the counters end right after lost, repeated and late messages, overtaken and killed workers."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, observe
from eal.core.table.read import get
from eal.domain.statistics.model import Tally, tally_of
from eal.domain.statistics.store import marker_key, tally_key
from tests.support.callrail import connect
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, sqs_event
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.core.tenancy import Mode
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

OK: dict[str, object] = {"batchItemFailures": []}


def _lead(tenant: Tenant, email: str = "a@example.com", *, key: str | None = None) -> str:
    body = {"email": email, "source": "web_form"}
    return str(call("POST", "/v1/leads", key=key or tenant.write, json_body=body).json["id"])


def _move(tenant: Tenant, lead_id: str, to: str) -> None:
    response = call("POST", f"/v1/leads/{lead_id}/transitions", key=tenant.write, json_body={"to": to})
    assert response.status == 200, response.text


def _count(tenant: Tenant, *resource_ids: str, mode: Mode = "live") -> Any:
    bodies = [
        json.dumps(
            {
                "detail-type": "lead.updated",
                "detail": {
                    "organization_id": tenant.id,
                    "mode": mode,
                    "request_id": "tests",
                    "data": {"id": resource_id},
                },
            }
        )
        for resource_id in resource_ids
    ]
    return load_app("workers/count_activity").handler(sqs_event("CountQueue", bodies), None)


def _tally(tenant: Tenant, mode: Mode = "live") -> Tally:
    return tally_of(get(tally_key(tenant.in_mode(mode))))


def test_a_lead_is_counted_once_however_many_messages_arrive(tenant: Tenant) -> None:
    lead_id = _lead(tenant)

    assert _count(tenant, lead_id, lead_id, lead_id) == OK

    assert _tally(tenant).lead_status == {"new": 1}
    marker = get(marker_key(tenant.in_mode("live"), lead_id))
    assert marker
    assert marker["version"] == 1


def test_a_skipped_status_is_still_counted_as_reached(tenant: Tenant) -> None:
    lead_id = _lead(tenant)
    _count(tenant, lead_id)
    _move(tenant, lead_id, "contacted")
    _move(tenant, lead_id, "qualified")

    _count(tenant, lead_id)

    assert _tally(tenant).lead_status == {"qualified": 1}
    funnel = call("GET", "/v1/leads/stats", key=tenant.read).json["funnel"]
    assert (funnel["new"], funnel["contacted"], funnel["qualified"]) == (1, 1, 1)


def test_an_erased_lead_leaves_the_tally_and_stays_in_the_statistics(tenant: Tenant) -> None:
    lead_id, uncounted = _lead(tenant), _lead(tenant, "b@example.com")
    _count(tenant, lead_id)
    for erased_id in (lead_id, uncounted):
        assert call("DELETE", f"/v1/leads/{erased_id}", key=tenant.admin).status == 204

    assert _count(tenant, lead_id, uncounted, lead_id) == OK

    assert _tally(tenant).lead_status == {}
    assert call("GET", "/v1/leads/stats", key=tenant.read).json["total"] == 1
    everything = json.dumps([item for kind in ("COUNTED", "LEAD_STATS", "TALLY") for item in items(kind)])
    assert "example.com" not in everything


def test_a_classified_call_is_counted_by_its_classification(tenant: Tenant) -> None:
    connection = connect(tenant.admin)
    connection.send("post-call", Call.new().event("post-call"))

    Pipeline().run()

    (shown,) = call("GET", "/v1/calls", key=tenant.read).json["data"]
    classification = shown["classification"]
    tally = _tally(tenant)
    assert tally.call_intent == {classification["intent"]: 1}
    assert tally.call_qualified == {str(classification["qualified"]).lower(): 1}
    assert tally.lead_status == {"new": 1}


def test_modes_and_tenants_are_counted_separately(tenant: Tenant, stranger: Tenant) -> None:
    live, test = _lead(tenant), _lead(tenant, key=tenant.test_admin)
    _count(tenant, live)
    _count(tenant, test, mode="test")

    assert _count(stranger, live) == OK
    assert _count(tenant, live, mode="test") == OK

    assert _tally(tenant).lead_status == _tally(tenant, "test").lead_status == {"new": 1}
    assert _tally(stranger).lead_status == {}
    assert call("GET", "/v1/leads/stats", key=stranger.read).json["total"] == 0


@pytest.mark.parametrize("after", [1, 2])
def test_a_worker_killed_after_any_call_counts_the_lead_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    lead_id = _lead(tenant)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = after
        with pytest.raises(Killed):
            _count(tenant, lead_id)
        assert calls.made == ["TransactGetItems", "TransactWriteItems"][:after]

    assert _count(tenant, lead_id) == OK

    assert _tally(tenant).lead_status == {"new": 1}


def test_an_overtaken_worker_counts_the_newer_state(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the read and the write of one worker, the lead changes and another worker counts it."""
    lead_id = _lead(tenant)

    def meanwhile() -> None:
        _move(tenant, lead_id, "contacted")
        assert _count(tenant, lead_id) == OK

    _before_the_first_write(monkeypatch, meanwhile)

    assert _count(tenant, lead_id) == OK

    assert _tally(tenant).lead_status == {"contacted": 1}
    assert call("GET", "/v1/leads/stats", key=tenant.read).json["total"] == 1


def _before_the_first_write(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
    send, waiting = aws.Client.call, [meanwhile]

    def overtaken(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems" and waiting:
            waiting.pop()()
        return send(client, operation, arguments)

    monkeypatch.setattr(aws.Client, "call", overtaken)


def test_nothing_is_added_to_an_expired_bucket(clock: Clock, tenant: Tenant) -> None:
    lead_id = _lead(tenant)
    _count(tenant, lead_id)
    clock.advance(days=10)
    _move(tenant, lead_id, "contacted")
    _count(tenant, lead_id)

    hour, day = sorted(items("LEAD_STATS"), key=lambda item: item["pk"]["S"], reverse=True)
    assert ("status#contacted" in hour, "status#contacted" in day) == (False, True)
    start = clock.at.timestamp() - 10 * 86400
    assert 8 * 86400 < int(hour["ttl"]["N"]) - start <= 9 * 86400
    assert 99 * 86400 < int(day["ttl"]["N"]) - start <= 100 * 86400


def test_a_batch_needs_one_read_and_one_write_and_its_repetition_one_read(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_ids = [_lead(tenant, f"{number}@example.com") for number in range(9)]
    with watched_calls(monkeypatch) as calls:
        _count(tenant, *lead_ids, lead_ids[0])
        _count(tenant, *lead_ids)

    assert calls.made == ["TransactGetItems", "TransactWriteItems", "TransactGetItems"]
    assert _tally(tenant).lead_status == {"new": 9}


def test_the_largest_change_of_a_batch_fits_into_a_transaction(clock: Clock, tenant: Tenant) -> None:
    """Ten leads of ten days, hours and sources, each with a new source."""
    lead_ids = []
    for number in range(10):
        body = {"email": f"{number}@example.com", "source": f"source_{number}"}
        lead_ids.append(call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"])
        clock.advance(hours=19)
    assert _count(tenant, *lead_ids) == OK
    for number, lead_id in enumerate(lead_ids):
        body = {"source": f"other_{number}"}
        assert call("PATCH", f"/v1/leads/{lead_id}", key=tenant.write, json_body=body).status == 200

    assert _count(tenant, *lead_ids) == OK

    assert len(call("GET", "/v1/leads/stats", key=tenant.read).json["by_source"]) == 10


def test_an_invalid_message_is_returned_to_the_queue_alone(tenant: Tenant) -> None:
    lead_ids = [_lead(tenant, f"{number}@example.com") for number in range(3)]
    bodies = [
        json.dumps(
            {"organization_id": tenant.id, "mode": "live", "request_id": "tests", "data": {"id": lead_id}}
        )
        for lead_id in lead_ids
    ]
    bodies[1:1] = ["nonsense"]

    response = load_app("workers/count_activity").handler(sqs_event("CountQueue", bodies), None)

    assert response == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert _tally(tenant).lead_status == {"new": 3}


def test_unknown_ids_are_ignored(tenant: Tenant) -> None:
    assert _count(tenant, "call_01kq09bekje6vbq5xe2b60xtww", "lead_01kq09bekje6vbq5xe2b60xtww") == OK
    assert items("COUNTED") == []


def test_the_reason_for_splitting_a_batch_is_logged(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_id, log = _lead(tenant), io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["TransactWriteItems"] = "ValidationException"
        _count(tenant, lead_id)

    line = json.loads(log.getvalue().splitlines()[0])
    assert (line["message"], line["level"]) == ("batch_taken_apart", "WARNING")
    assert "ValidationException" in line["exception"]
