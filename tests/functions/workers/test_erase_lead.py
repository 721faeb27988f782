"""The tasks `erase_lead` and `erase_prospect`: what an erased one left in events, kept answers and history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

WORD = "Quackenbush"


def _task_of_an_erasure(tenant: Tenant) -> str:
    lead = call(
        "POST", "/v1/leads", key=tenant.write, json_body={"email": "q@example.com", "last_name": WORD}
    ).json
    path = f"/v1/leads/{lead['id']}"
    for body in ({"notes": WORD}, {"company": WORD}):
        headers = {"Idempotency-Key": json.dumps(body)}
        call("PATCH", path, key=tenant.write, json_body=body, headers=headers)
    call("POST", f"{path}/transitions", key=tenant.write, json_body={"to": "lost", "reason": WORD})
    call("DELETE", path, key=tenant.admin)
    pipeline = Pipeline()
    pipeline._relay()
    (task,) = peek("EraseLeadQueue")
    assert task["lead_id"] == lead["id"]
    return json.dumps(task)


def _consume(body: str) -> None:
    answer = load_app("workers/erase_lead").handler(sqs_event("EraseLeadQueue", [body]), None)
    assert answer == {"batchItemFailures": []}


def test_killed_after_each_call_it_ends_the_same(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    body = _task_of_an_erasure(tenant)
    for kind in ("EVENT", "IDEMPOTENCY"):
        assert WORD in json.dumps(items(kind))

    killed_at = 0
    while True:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                _consume(body)
            except Killed:
                continue
        break

    assert killed_at > 5
    assert WORD not in json.dumps(items())
    assert items("LEAD_HISTORY") == items("ANSWER") == []
    assert len(items("IDEMPOTENCY")) == 2


def test_ids_numbers_and_types_of_its_events_stay(tenant: Tenant) -> None:
    body = _task_of_an_erasure(tenant)
    before = [{name: value for name, value in one.items() if name != "data"} for one in items("EVENT")]

    _consume(body)

    after = [{name: value for name, value in one.items() if name != "data"} for one in items("EVENT")]
    assert after == before
    assert len(after) == 5


def test_nobody_elses_events_are_touched(tenant: Tenant, stranger: Tenant) -> None:
    other = call(
        "POST", "/v1/leads", key=tenant.write, json_body={"email": "o@example.com", "last_name": "Other"}
    )
    theirs = call(
        "POST", "/v1/leads", key=stranger.write, json_body={"email": "q@example.com", "last_name": "T"}
    )
    body = _task_of_an_erasure(tenant)

    _consume(body)

    kept = {json.loads(one["data"]["S"])["id"]: json.loads(one["data"]["S"]) for one in items("EVENT")}
    for lead in (other.json, theirs.json):
        assert kept[lead["id"]] == lead
    assert call("GET", f"/v1/leads/{other.json['id']}/history", key=tenant.read).json["data"]
