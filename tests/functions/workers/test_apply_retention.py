"""Recordings, transcripts and evidence of claims are deleted at the end of their tenant's retention, whenever it was
set.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.core.table.item import from_attributes
from eal.domain.calls import retention
from tests.functions.calls.test_create import CALL
from tests.support import claims
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tests.support.receiver import Receiver, Response, receiving
from tests.support.time import Clock, freeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
MP3 = b"ID3\x04" + b"\x55" * 1000


@pytest.fixture
def host(cloud: None) -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.responses = [Response(body=MP3)]
        yield receiver


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return freeze(monkeypatch)


def with_recording(tenant: Tenant, host: Receiver, number: int = 0) -> str:
    """A call that is classified and whose recording is stored."""
    body = {**CALL, "vendor_call_id": f"kept-{number}", "recording_url": host.url}
    response = call("POST", "/v1/calls", key=tenant.write, json_body=body)
    assert response.status == 201, response.text
    Pipeline().run()
    found = shown(tenant, response.json["id"])
    assert found["recording_status"] == "stored"
    assert found["classification"]["evidence"]
    return str(response.json["id"])


def shown(tenant: Tenant, call_id: str) -> Any:
    return call("GET", f"/v1/calls/{call_id}", key=tenant.read).json


def keep(tenant: Tenant, **changes: Any) -> None:
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": changes})
    assert response.status == 200, response.text


def run(tenant: Tenant, mode: str = "live") -> object:
    message = {"organization_id": tenant.id, "mode": mode, "request_id": "run_1"}
    return load_app("workers/apply_retention").handler(
        sqs_event("RetentionQueue", [json.dumps(message)]), None
    )


def objects() -> list[str]:
    listed = aws.s3_sdk().list_objects_v2(Bucket=settings.recordings_bucket()).get("Contents", [])
    return [found["Key"] for found in listed]


def test_a_recording_is_deleted_at_the_end_of_its_retention(
    tenant: Tenant, host: Receiver, now: Clock
) -> None:
    call_id = with_recording(tenant, host)
    now.advance(days=89, hours=23)
    run(tenant)
    assert shown(tenant, call_id)["recording_status"] == "stored"

    now.advance(hours=2)
    for _ in range(2):
        assert run(tenant) == OK

    after = shown(tenant, call_id)
    assert (after["recording_status"], after["recording_url"]) == ("deleted", None)
    assert after["recording_deleted_at"] == after["updated_at"]
    assert after["transcript"] is not None
    assert objects() == []
    assert items("RECORDING") == []
    assert actions("call", tenant.id).count("call.recording_deleted") == 1


def test_a_transcript_is_deleted_with_its_quotes(tenant: Tenant, host: Receiver, now: Clock) -> None:
    call_id = with_recording(tenant, host)
    before = shown(tenant, call_id)
    keep(tenant, retention={"transcript_days": 30})
    now.advance(days=29)
    run(tenant)
    assert shown(tenant, call_id)["transcript"] is not None

    now.advance(days=1, seconds=1)
    for _ in range(2):
        assert run(tenant) == OK

    after = shown(tenant, call_id)
    assert (after["transcript"], after["has_transcript"]) == (None, False)
    assert after["transcript_deleted_at"] == after["updated_at"]
    assert after["recording_status"] == "stored"
    assert [run["evidence"] for run in (after["classification"], *after["classification_runs"])] == [[], []]
    for name in ("intent", "urgency", "qualified", "confidence", "provenance"):
        assert after["classification"][name] == before["classification"][name]
    assert call("GET", f"/v1/calls/{call_id}/transcript", key=tenant.read).status == 404
    table = json.dumps([from_attributes(item) for kind in ("CALL", "CALL_RUNS") for item in items(kind)])
    assert before["classification"]["evidence"][0]["quote"] not in table
    assert items("TRANSCRIPT") == []
    assert actions("call", tenant.id).count("call.transcript_deleted") == 1


def test_a_call_whose_transcript_was_deleted_is_not_classified_again(
    tenant: Tenant, host: Receiver, now: Clock
) -> None:
    call_id = with_recording(tenant, host)
    now.advance(days=366)
    run(tenant)
    before = shown(tenant, call_id)

    assert call("POST", f"/v1/calls/{call_id}/classify", key=tenant.write).status == 409
    body = json.dumps({"organization_id": tenant.id, "mode": "live", "request_id": "r", "call_id": call_id})
    assert load_app("workers/classify_call").handler(sqs_event("ClassifyQueue", [body]), None) == OK

    assert shown(tenant, call_id) == before


def test_a_transcript_that_arrives_after_the_deletion_is_stored_and_deleted_again(
    tenant: Tenant, host: Receiver, now: Clock
) -> None:
    call_id = with_recording(tenant, host)
    now.advance(days=366)
    run(tenant)
    body = {
        **CALL,
        "vendor_call_id": "kept-0",
        "recording_url": host.url,
        "transcript": "Caller: Another one.",
    }

    assert call("POST", "/v1/calls", key=tenant.write, json_body=body).status == 200
    late = shown(tenant, call_id)
    assert (late["transcript"]["text"], late["transcript_deleted_at"]) == ("Caller: Another one.", None)
    run(tenant)

    assert shown(tenant, call_id)["transcript"] is None


def test_the_same_event_again_restores_nothing(tenant: Tenant, host: Receiver, now: Clock) -> None:
    call_id = with_recording(tenant, host)
    now.advance(days=366)
    run(tenant)
    before = shown(tenant, call_id)

    body = {**CALL, "vendor_call_id": "kept-0", "recording_url": host.url, "caller_name": "Dana R"}
    assert call("POST", "/v1/calls", key=tenant.write, json_body=body).status == 200
    Pipeline().run()

    after = shown(tenant, call_id)
    for name in ("transcript", "transcript_deleted_at", "recording_status", "recording_deleted_at"):
        assert after[name] == before[name]
    assert objects() == []


def test_a_shorter_retention_takes_effect_for_what_is_stored_already(
    tenant: Tenant, host: Receiver, now: Clock
) -> None:
    old = with_recording(tenant, host, 1)
    now.advance(days=5)
    new = with_recording(tenant, host, 2)
    now.advance(days=5)
    run(tenant)
    keep(tenant, retention={"recording_days": 7, "transcript_days": 7})

    run(tenant)

    assert [shown(tenant, call_id)["recording_status"] for call_id in (old, new)] == ["deleted", "stored"]
    assert [shown(tenant, call_id)["has_transcript"] for call_id in (old, new)] == [False, True]


def test_recordings_that_are_not_kept_any_more_are_deleted_at_the_next_run(
    tenant: Tenant, host: Receiver, now: Clock
) -> None:
    call_id = with_recording(tenant, host)
    now.advance(seconds=1)
    keep(tenant, recordings={"enabled": False})

    run(tenant)

    assert shown(tenant, call_id)["recording_status"] == "deleted"
    assert shown(tenant, call_id)["transcript"] is not None
    assert objects() == []


def test_another_tenant_and_mode_are_untouched(
    tenant: Tenant, stranger: Tenant, host: Receiver, now: Clock
) -> None:
    call_id = with_recording(tenant, host)
    now.advance(days=400)

    run(stranger)
    run(tenant, "test")

    assert shown(tenant, call_id)["recording_status"] == "stored"


def test_a_run_out_of_time_enqueues_the_rest(
    tenant: Tenant, host: Receiver, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_recording(tenant, host)
    now.advance(days=400)
    monkeypatch.setattr(load_app("workers/apply_retention"), "RUN_SECONDS", -1.0)

    assert run(tenant) == OK

    (rest,) = peek("RetentionQueue")
    assert (rest["organization_id"], rest["mode"]) == (tenant.id, "live")
    assert len(objects()) == 1


def test_a_call_that_changes_meanwhile_is_deleted_from_its_new_version(
    tenant: Tenant, host: Receiver, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = with_recording(tenant, host)
    now.advance(days=400)

    def change() -> None:
        assert (
            call(
                "POST", f"/v1/calls/{call_id}/callbacks", key=tenant.write, json_body={"status": "attempted"}
            ).status
            == 201
        )

    with overtaken(monkeypatch, change):
        assert run(tenant) == OK

    after = shown(tenant, call_id)
    assert (after["callbacks"], after["recording_status"], after["transcript"]) == (1, "deleted", None)


def test_a_worker_killed_after_any_call_deletes_all_once(
    tenant: Tenant, host: Receiver, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 30):
        call_id = with_recording(tenant, host, number)
        now.advance(days=400)
        before = len(actions("call", tenant.id))
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                run(tenant)
            except Killed:
                pass
            else:
                break
        assert run(tenant) == OK
        after = shown(tenant, call_id)
        assert (after["recording_status"], after["transcript"]) == ("deleted", None)
        assert sorted(actions("call", tenant.id)[before:]) == [
            "call.recording_deleted",
            "call.transcript_deleted",
        ]
        assert objects() == []
    else:
        raise AssertionError("the worker was killed at every call")
    assert number > 5


def test_a_recording_without_its_call_is_deleted(tenant: Tenant, host: Receiver, now: Clock) -> None:
    """As a restore can leave it."""
    call_id = with_recording(tenant, host)
    (item,) = [found for found in items("CALL") if found["sk"]["S"] == call_id]
    aws.dynamodb().delete_item(
        TableName=settings.state_table(), Key={name: item[name] for name in ("pk", "sk")}
    )
    now.advance(days=400)

    assert retention.apply(tenant.in_mode("live"), "run_1", float("inf")) is True

    assert objects() == []
    assert stored("RECORDING", tenant.id) == []


def documented(tenant: Tenant) -> str:
    """A claim with a note and a moisture reading."""
    claim_id = str(claims.new_claim(tenant, **claims.CLAIM)["id"])
    claims.add_note(tenant, claim_id, "Mr Quackenbush let us in.", author="Zeb Quackenbush")
    reading = {"material": "drywall", "value": 38, "unit": "%", "place": "Quackenbush's bedroom"}
    claims.add_note(tenant, claim_id, "Wet.", kind="moisture_reading", reading=reading)
    return claim_id


def close(tenant: Tenant, claim_id: str) -> None:
    assert claims.move(tenant, claim_id, "closed", "Done.").status == 200


def notes(tenant: Tenant, claim_id: str) -> Any:
    return call("GET", f"/v1/claims/{claim_id}/notes?order=asc", key=tenant.read).json["data"]


def has_evidence(tenant: Tenant, claim_id: str) -> bool:
    """Whether the claim's notes have their texts, after all queues were consumed."""
    Pipeline().run()
    texts = {note["text"] is not None for note in notes(tenant, claim_id)}
    assert len(texts) == 1
    assert ("uackenbush" in json.dumps(items("CLAIM_NOTE"))) == (True in texts)
    return texts.pop()


def test_the_texts_of_notes_are_deleted_after_the_closing_and_their_hashes_stay(
    tenant: Tenant, now: Clock
) -> None:
    claim_id = documented(tenant)
    before = notes(tenant, claim_id)
    now.advance(days=50)
    close(tenant, claim_id)
    now.advance(days=89, hours=23)
    run(tenant)
    assert has_evidence(tenant, claim_id)

    now.advance(hours=2)
    for _ in range(2):
        assert run(tenant) == OK
    assert not has_evidence(tenant, claim_id)

    after = claims.shown(tenant, claim_id)
    deleted_at = after["evidence_deleted_at"]
    assert (after["status"], deleted_at) == ("closed", after["updated_at"])
    assert after["insured"]["name"] == "Dana Reyes"
    gone = {"text": None, "author": None, "text_deleted_at": deleted_at}
    readings = [None, {**before[1]["reading"], "place": None}]
    assert notes(tenant, claim_id) == [
        {**note, **gone, "reading": reading} for note, reading in zip(before, readings, strict=True)
    ]
    assert stored("CLAIM_RETENTION", tenant.id) == []
    assert actions("claim", tenant.id).count("claim.evidence_deleted") == 1


def test_the_scope_goes_with_the_texts_and_a_later_one_stays_when_the_task_comes_twice(
    tenant: Tenant, now: Clock
) -> None:
    claim_id = documented(tenant)
    (item,) = claims.extracted(tenant, claim_id, "Remove 20 SF of drywall in Mr Quackenbush's attic.")["data"]
    rejected = {"status": "rejected", "reason": "Mr Quackenbush did that."}
    path = f"/v1/claims/{claim_id}/scope/{item['id']}"
    assert call("PATCH", path, key=tenant.write, json_body=rejected).status == 200
    close(tenant, claim_id)
    now.advance(days=91)
    run(tenant)

    assert not has_evidence(tenant, claim_id)
    assert claims.scope(tenant, claim_id)["version"] is None
    assert stored("CLAIM_EXTRACTION", tenant.id) == stored("CLAIM_SCOPE_DECISION", tenant.id) == []
    assert claims.move(tenant, claim_id, "open", "More damage.").status == 200
    found = claims.extracted(tenant, claim_id, "Remove 10 SF of carpet.")
    assert (found["version"], len(found["data"])) == (2, 1)
    task = {
        "task": "erase_claim_evidence",
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "request-1",
        "claim_id": claim_id,
        "until": claims.shown(tenant, claim_id)["evidence_deleted_at"],
    }
    event = sqs_event("EraseTracesQueue", [json.dumps(task)])
    assert load_app("workers/erase_traces").handler(event, None) == OK
    assert claims.scope(tenant, claim_id) == found


def test_a_shorter_retention_of_claims_takes_effect_for_closed_ones(tenant: Tenant, now: Clock) -> None:
    old, new, opened = documented(tenant), claims.new_claim(tenant)["id"], claims.new_claim(tenant)["id"]
    claims.add_note(tenant, new)
    claims.add_note(tenant, opened)
    close(tenant, old)
    now.advance(days=5)
    close(tenant, new)
    now.advance(days=5)
    keep(tenant, retention={"claim_days": 7})

    run(tenant)
    Pipeline().run()

    shown_now = [claims.shown(tenant, claim_id)["evidence_deleted_at"] for claim_id in (old, new, opened)]
    assert [at is not None for at in shown_now] == [True, False, False]
    assert [notes(tenant, claim_id)[0]["text"] is None for claim_id in (old, new, opened)] == [
        True,
        False,
        False,
    ]


def test_a_legal_hold_stops_the_retention_until_it_is_released(tenant: Tenant, now: Clock) -> None:
    claim_id = documented(tenant)
    close(tenant, claim_id)
    claims.hold(tenant, claim_id)
    now.advance(days=400)
    run(tenant)
    assert has_evidence(tenant, claim_id)
    assert claims.shown(tenant, claim_id)["evidence_deleted_at"] is None

    assert call("DELETE", f"/v1/claims/{claim_id}/legal-hold", key=tenant.admin).status == 204
    run(tenant)

    assert not has_evidence(tenant, claim_id)


def test_a_hold_on_an_open_claim_counts_after_the_closing_too(tenant: Tenant, now: Clock) -> None:
    claim_id = documented(tenant)
    claims.hold(tenant, claim_id)
    close(tenant, claim_id)
    now.advance(days=400)

    run(tenant)

    assert has_evidence(tenant, claim_id)


def test_a_hold_that_is_placed_meanwhile_wins(
    tenant: Tenant, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = documented(tenant)
    close(tenant, claim_id)
    now.advance(days=400)

    with overtaken(monkeypatch, lambda: claims.hold(tenant, claim_id)):
        assert run(tenant) == OK

    assert has_evidence(tenant, claim_id)
    assert claims.shown(tenant, claim_id)["evidence_deleted_at"] is None


def test_a_claim_that_is_reopened_and_closed_again_has_a_new_retention(tenant: Tenant, now: Clock) -> None:
    claim_id = documented(tenant)
    close(tenant, claim_id)
    now.advance(days=80)
    claims.move(tenant, claim_id, "open", "More damage.")
    close(tenant, claim_id)
    now.advance(days=80)
    run(tenant)
    assert has_evidence(tenant, claim_id)

    now.advance(days=11)
    run(tenant)

    assert not has_evidence(tenant, claim_id)


def test_evidence_that_is_added_after_the_deletion_is_kept_until_the_next_one(
    tenant: Tenant, now: Clock
) -> None:
    """Also if the deletion, which is a task, takes place after the new note."""
    claim_id = documented(tenant)
    close(tenant, claim_id)
    now.advance(days=91)
    run(tenant)
    now.advance(seconds=1)
    claims.move(tenant, claim_id, "open", "More damage.")
    late = claims.add_note(tenant, claim_id, "Basement too.")

    Pipeline().run()
    *_, last = notes(tenant, claim_id)
    assert last == late
    close(tenant, claim_id)
    now.advance(days=91)
    run(tenant)

    assert not has_evidence(tenant, claim_id)
    assert actions("claim", tenant.id).count("claim.evidence_deleted") == 2


def test_claims_of_another_tenant_and_mode_are_untouched(
    tenant: Tenant, stranger: Tenant, now: Clock
) -> None:
    claim_id = documented(tenant)
    close(tenant, claim_id)
    now.advance(days=400)

    run(stranger)
    run(tenant, "test")

    assert has_evidence(tenant, claim_id)


def test_an_erased_claim_is_no_fault(tenant: Tenant, now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = documented(tenant)
    close(tenant, claim_id)
    now.advance(days=400)

    with overtaken(monkeypatch, lambda: call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin)):
        assert run(tenant) == OK

    assert items("CLAIM") == []


def test_a_worker_killed_after_any_call_deletes_the_evidence_once(
    tenant: Tenant, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that records the deletion, and the worker that carries it out."""
    for number in range(1, 30):
        claim_id = str(claims.new_claim(tenant)["id"])
        for text in ("Quackenbush was in.", "Quackenbush was out."):
            claims.add_note(tenant, claim_id, text)
        close(tenant, claim_id)
        now.advance(days=400)
        Pipeline().run()
        was_killed = False
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                run(tenant)
            except Killed:
                was_killed = True
        assert run(tenant) == OK
        Pipeline()._relay()
        (task,) = [found for found in peek("EraseTracesQueue") if found["claim_id"] == claim_id]
        event = sqs_event("EraseTracesQueue", [json.dumps(task)])
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                load_app("workers/erase_traces").handler(event, None)
            except Killed:
                was_killed = True
        assert load_app("workers/erase_traces").handler(event, None) == OK
        assert "Quackenbush" not in json.dumps(items("CLAIM_NOTE"))
        assert len(claims.audit_records(tenant, "claim.evidence_deleted")) == number
        if not was_killed:
            break
    else:
        raise AssertionError("a worker was killed at every call")
    assert number > 4
