"""Recordings are copied from real hosts on this machine: within limits, once, and from public addresses only."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from eal.core import aws, settings
from eal.core.outbound import download
from eal.core.outbound.address import Target
from eal.core.outbound.health import MAX_TIMEOUTS
from eal.core.outbound.schedule import MAX_ATTEMPTS
from eal.core.table.item import from_attributes
from eal.domain.calls import fetching, recordings
from tests.functions.calls.test_create import CALL
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, sqs_event
from tests.support.receiver import Receiver, Response, receiving
from tests.support.time import freeze
from tests.support.webhooks import Queue, watched_queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant

OK: dict[str, object] = {"batchItemFailures": []}
MP3 = b"ID3\x04" + bytes(range(256)) * 40


@pytest.fixture
def queue(cloud: None) -> Iterator[Queue]:
    with watched_queue("recording") as queue:
        yield queue


@pytest.fixture
def host(cloud: None) -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.responses = [Response(body=MP3)]
        yield receiver


def reported(tenant: Tenant, url: str, *, mode: str = "live", **changes: Any) -> dict[str, Any]:
    """A call with a recording, as the message of its first attempt comes from the bus."""
    key = tenant.write if mode == "live" else tenant.test_admin
    body = {**CALL, "recording_url": url, **changes}
    response = call("POST", "/v1/calls", key=key, json_body=body)
    assert response.status in (200, 201), response.text
    tasks = [task for task in stored("TASK", tenant.id, mode) if task["task"] == "fetch_recording"]
    about = {name: tasks[-1][name] for name in ("organization_id", "mode", "request_id", "task")}
    return {**about, **json.loads(str(tasks[-1]["data"]))}


def work(message: dict[str, Any]) -> object:
    body = json.dumps(message)
    return load_app("workers/fetch_recording").handler(sqs_event("RecordingQueue", [body]), None)


def shown(tenant: Tenant, message: dict[str, Any]) -> Any:
    key = tenant.read if message["mode"] == "live" else tenant.test_admin
    return call("GET", f"/v1/calls/{message['call_id']}", key=key).json


def outcome(tenant: Tenant, message: dict[str, Any]) -> tuple[str | None, str | None]:
    found = shown(tenant, message)
    return found["recording_status"], found["recording_error"]


def objects() -> dict[str, bytes]:
    bucket = settings.recordings_bucket()
    listed = aws.s3_sdk().list_objects_v2(Bucket=bucket).get("Contents", [])
    return {
        found["Key"]: aws.s3_sdk().get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
        for found in listed
    }


def item(message: dict[str, Any]) -> dict[str, Any]:
    (found,) = [entry for entry in items("RECORDING") if entry["sk"]["S"] == message["call_id"]]
    return dict(from_attributes(found))


# ---------------------------------------------------------------- one attempt


def test_a_recording_is_stored_and_served_by_a_url_of_an_hour(
    tenant: Tenant, host: Receiver, queue: Queue
) -> None:
    message = reported(tenant, host.url)
    before = shown(tenant, message)
    assert (before["recording_status"], before["recording_url"]) == ("pending", None)

    assert work(message) == OK

    object_key = f"{tenant.id}/live/{message['call_id']}"
    assert objects() == {object_key: MP3}
    after = shown(tenant, message)
    assert (after["has_recording"], after["recording_status"], after["recording_error"]) == (
        True,
        "stored",
        None,
    )
    assert after["version"] == before["version"] + 1
    url = urlsplit(after["recording_url"])
    assert url.path.endswith(object_key)
    assert parse_qs(url.query)["X-Amz-Expires"] == ["3600"]
    assert after["recording_url_expires_at"] > after["updated_at"]
    assert host.url not in json.dumps(after)
    head = aws.s3_sdk().head_object(Bucket=settings.recordings_bucket(), Key=object_key)
    assert head["ContentType"] == "audio/mpeg"
    assert head["ContentDisposition"] == f'inline; filename="{message["call_id"]}.mp3"'
    assert actions("call", tenant.id)[-1] == "call.recording_stored"
    (request,) = host.requests
    assert "authorization" not in request.headers


def test_a_recording_passes_relay_bus_and_queue(tenant: Tenant, host: Receiver) -> None:
    message = reported(tenant, host.url)

    Pipeline().run()

    assert outcome(tenant, message) == ("stored", None)
    assert len(host.requests) == 1


def test_an_address_is_in_no_message_and_no_log(
    tenant: Tenant, host: Receiver, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    message = reported(tenant, host.url)
    host.responses = [Response(500)]

    work(message)

    (sent,) = queue.take()
    for text in (json.dumps(message), json.dumps(sent.message), *capsys.readouterr()):
        assert "s3cret" not in text


def test_a_message_that_is_delivered_twice_fetches_once(tenant: Tenant, host: Receiver, queue: Queue) -> None:
    message = reported(tenant, host.url)

    for _ in range(2):
        assert work(message) == OK

    assert len(host.requests) == 1
    assert len(objects()) == 1
    assert actions("call", tenant.id).count("call.recording_stored") == 1


def test_test_mode_connects_to_no_host(tenant: Tenant, host: Receiver, queue: Queue) -> None:
    message = reported(tenant, host.url, mode="test")

    assert work(message) == OK

    assert host.requests == []
    assert outcome(tenant, message) == ("stored", None)
    ((object_key, body),) = objects().items()
    assert object_key == f"{tenant.id}/test/{message['call_id']}"
    assert body[:4] == b"RIFF"
    assert len(body) == 44 + 8000
    assert item(message)["simulated"] is True


def test_a_large_recording_is_uploaded_in_parts(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = b"ID3\x04" + b"\x55" * (2 * recordings.PART_BYTES + 70_000)
    host.responses = [Response(body=large)]
    message = reported(tenant, host.url)

    with watched_calls(monkeypatch) as calls:
        assert work(message) == OK

    assert calls.count("UploadPart") == 3
    assert list(objects().values()) == [large]
    assert item(message)["size_bytes"] == len(large)


def test_a_new_address_of_the_tracker_replaces_the_recording(
    tenant: Tenant, host: Receiver, queue: Queue
) -> None:
    first = reported(tenant, host.url)
    work(first)
    host.responses = [Response(body=MP3 + b"longer")]
    second = reported(tenant, f"{host.url}&version=2")

    assert work(first) == OK
    assert work(second) == OK

    assert list(objects().values()) == [MP3 + b"longer"]
    assert outcome(tenant, second) == ("stored", None)
    assert first["source_sha256"] != second["source_sha256"]


# ---------------------------------------------------------------- hostile and broken hosts


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (Response(body=b"<html><script>alert(1)</script>"), "not_audio"),
        (Response(body=b"<html>", headers={"Content-Type": "audio/mpeg"}), "not_audio"),
        (Response(body=b""), "not_audio"),
        (Response(body=b"ID"), "not_audio"),
        (Response(body=MP3, headers={"Content-Length": str(2**40)}), "too_large"),
        (Response(401), "http_401"),
        (Response(403), "http_403"),
        (Response(410), "http_410"),
        (Response(302, headers={"Location": "/elsewhere"}), "redirect_not_followed"),
    ],
)
def test_a_final_fault_is_not_retried(
    tenant: Tenant, host: Receiver, queue: Queue, response: Response, fault: str
) -> None:
    host.responses = [response]
    message = reported(tenant, host.url)

    assert work(message) == OK

    assert outcome(tenant, message) == ("failed", fault)
    assert queue.take() == []
    assert objects() == {}
    assert len(host.requests) == 1
    assert actions("call", tenant.id)[-1] == "call.recording_failed"


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (Response(404), "http_404"),
        (Response(500), "http_500"),
        (Response(429, headers={"Retry-After": "60"}), "http_429"),
        (Response(hang_up=True), "invalid_response"),
        (
            Response(body=MP3[:300], headers={"Content-Length": "5000", "Connection": "close"}),
            "invalid_response",
        ),
    ],
)
def test_another_fault_is_retried_later(
    tenant: Tenant, host: Receiver, queue: Queue, response: Response, fault: str
) -> None:
    host.responses = [
        response if fault != "invalid_response" else replace(response, hang_up=response.hang_up)
    ]
    message = reported(tenant, host.url)

    assert work(message) == OK

    status, error = outcome(tenant, message)
    assert status == "pending"
    assert error in (fault, "timeout", "connection_failed")
    (sent,) = queue.take()
    assert (sent.message["attempt"], sent.group) == (2, tenant.id)
    assert sent.delay == 60 if fault == "http_429" else sent.delay <= 6
    assert objects() == {}
    assert "call.recording_failed" not in actions("call", tenant.id)


def test_a_fetch_fails_after_the_last_attempt(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    host.responses = [Response(503)]
    message = reported(tenant, host.url)

    work(message)
    while waiting := queue.take():
        (sent,) = waiting
        now.advance(seconds=sent.delay)
        work(sent.message)

    assert outcome(tenant, message) == ("failed", "http_503")
    assert len(host.requests) == MAX_ATTEMPTS


def test_an_endless_recording_ends_at_the_limit(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that states no length."""
    monkeypatch.setattr(fetching, "MAX_BYTES", 200_000)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(MP3), MP3) for _ in range(60))
    host.responses = [Response(body=chunks, headers={"Transfer-Encoding": "chunked", "Content-Length": ""})]
    message = reported(tenant, host.url)

    assert work(message) == OK

    assert outcome(tenant, message) == ("failed", "too_large")
    assert objects() == {}


def test_a_slow_host_costs_no_more_than_the_deadline_and_is_paused(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.3)
    host.responses = [Response(body=MP3, drip=0.05)]

    for number in range(MAX_TIMEOUTS):
        message = reported(tenant, host.url, vendor_call_id=f"slow-{number}")
        assert work(message) == OK
        assert outcome(tenant, message) == ("pending", "timeout")
    queue.take()
    late = reported(tenant, host.url, vendor_call_id="late")
    work(late)

    (sent,) = queue.take()
    assert (sent.message["attempt"], sent.message["deferrals"]) == (1, 1)
    assert len(host.requests) == MAX_TIMEOUTS
    with receiving() as other:
        other.responses = [Response(body=MP3)]
        fine = reported(tenant, other.url, vendor_call_id="fine")
        assert work(fine) == OK
        assert outcome(tenant, fine) == ("stored", None)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8/x.mp3", "https://127.0.0.1/x.mp3", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/x", "https://10.0.0.7/x", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_gets_no_connection(
    tenant: Tenant, queue: Queue, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """The receiver of CallRail stores every https address, so the worker must check."""
    message = reported(tenant, "https://recordings.example.com/x.mp3")
    (stored_item,) = [found for found in items("CALL") if found["sk"]["S"] == message["call_id"]]
    stored_item["facts"]["M"]["recording_url"] = {"S": url}
    (recording,) = items("RECORDING")
    recording["source_sha256"] = {"S": recordings.source_sha256(url)}
    for changed in (stored_item, recording):
        aws.dynamodb().put_item(TableName=settings.state_table(), Item=changed)
    monkeypatch.setenv("STAGE", "production")

    assert work({**message, "source_sha256": recordings.source_sha256(url)}) == OK

    assert outcome(tenant, message) == ("failed", "blocked_address")


# ---------------------------------------------------------------- redirects


def redirected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_MAX_REDIRECTS", {CALL["vendor"]: 3})


def test_redirects_of_a_vendor_that_needs_them_are_followed(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    redirected(monkeypatch)
    host.responses = [Response(302, headers={"Location": "/files/one.mp3"}), Response(body=MP3)]
    message = reported(tenant, host.url)

    assert work(message) == OK

    assert outcome(tenant, message) == ("stored", None)
    assert [urlsplit(request.path).path for request in host.requests] == ["/hooks", "/files/one.mp3"]


@pytest.mark.parametrize(
    "location", ["https://169.254.169.254/latest/meta-data/", "https://[::1]/", "ftp://x/"]
)
def test_a_redirect_to_an_address_that_is_not_public_is_not_followed(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    redirected(monkeypatch)
    host.responses = [Response(302, headers={"Location": location})]
    message = reported(tenant, host.url)

    work(message)

    assert outcome(tenant, message) == ("failed", "blocked_address")
    assert len(host.requests) == 1


def test_a_loop_of_redirects_ends(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    redirected(monkeypatch)
    host.responses = [Response(301, headers={"Location": "/again"})]
    message = reported(tenant, host.url)

    work(message)

    assert outcome(tenant, message) == ("failed", "redirect_not_followed")
    assert len(host.requests) == 4


def test_the_connection_is_made_to_the_address_that_was_checked(
    host: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves to another address afterwards changes nothing."""

    def checked(url: str, *, loopback: bool) -> Target:
        return Target(
            scheme="http", host="moved.example.com", port=host.port, path="/x", addresses=("127.0.0.1",)
        )

    monkeypatch.setattr(download, "resolve", checked)

    with download.get("http://moved.example.com/x", within=3, max_bytes=10**6, max_redirects=0) as found:
        assert b"".join(found.pieces()) == MP3
    assert host.requests[0].headers["host"] == f"moved.example.com:{host.port}"


# ---------------------------------------------------------------- settings, erasure, kills


def test_an_organization_that_keeps_no_recordings_gets_none(
    tenant: Tenant, host: Receiver, queue: Queue
) -> None:
    body = {"settings": {"recordings": {"enabled": False}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200
    message = reported(tenant, host.url)

    assert work(message) == OK

    assert outcome(tenant, message) == ("failed", "not_kept")
    assert host.requests == []


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_an_erased_call_leaves_no_recording(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    message = reported(tenant, host.url)

    def erase() -> None:
        assert call("DELETE", f"/v1/calls/{message['call_id']}", key=tenant.admin).status == 204

    if moment == "before":
        erase()
    elif moment == "during":
        host.responses = [Response(body=MP3, meanwhile=erase)]
    else:
        with overtaken(monkeypatch, erase):
            work(message)
    assert work(message) == OK

    assert objects() == {}
    assert items("RECORDING") == []


def test_erasing_a_call_deletes_its_recording(tenant: Tenant, host: Receiver) -> None:
    message = reported(tenant, host.url)
    pipeline = Pipeline()
    pipeline.run()
    assert objects()

    call("DELETE", f"/v1/calls/{message['call_id']}", key=tenant.admin)
    pipeline.run()

    assert objects() == {}
    assert items("RECORDING") == []


def test_a_worker_killed_after_any_call_stores_the_recording_once(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    for number in range(1, 40):
        message = reported(tenant, host.url, vendor_call_id=f"killed-{number}")
        before = len(actions("call", tenant.id))
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                work(message)
            except Killed:
                pass
            else:
                break
        now.advance(minutes=6)
        assert work(message) == OK
        for sent in queue.take():
            now.advance(seconds=sent.delay)
            work(sent.message)
        assert outcome(tenant, message) == ("stored", None)
        assert actions("call", tenant.id)[before:] == ["call.recording_stored"]
    else:
        raise AssertionError("the worker was killed at every call")
    assert number > 5


def test_a_failed_attempt_killed_after_any_call_is_retried(
    tenant: Tenant, host: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = freeze(monkeypatch)
    for number in range(1, 40):
        host.responses = [Response(500)]
        message = reported(tenant, host.url, vendor_call_id=f"killed-{number}")
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                work(message)
            except Killed:
                pass
            else:
                break
        host.responses = [Response(body=MP3)]
        now.advance(minutes=6)
        assert work(message) == OK
        for _ in range(3):
            for sent in queue.take():
                now.advance(seconds=sent.delay)
                work(sent.message)
        assert outcome(tenant, message) == ("stored", None)
    else:
        raise AssertionError("the worker was killed at every call")
