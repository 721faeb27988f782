"""The main flow on the deployed stack: signed CallRail events in, signed webhooks out, audit log archived."""

from __future__ import annotations

import itertools
import json
import random
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tools.fixtures.callrail import Call, signature
from tools.fixtures.client import send
from tools.fixtures.verifier import accepts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fixtures.client import ApiResponse, Stack
    from tools.fixtures.receiver import Inbox, Received

pytestmark = pytest.mark.deployed

EXPECTED = ["call.classified", "call.dispatched", "call.qualified", "call.received", "lead.created"]
KINDS = ("pre-call", "routing-complete", "post-call", "call-modified")

type Eventually = Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse]


class Connection:
    """The demo tenant's connection to CallRail, and a webhook endpoint."""

    def __init__(self, stack: Stack, key: str, inbox: Inbox) -> None:
        self.stack, self.key, self.inbox = stack, key, inbox
        self.signing_key = secrets.token_hex(16)
        integration = stack.call(
            "PUT",
            "/integrations/callrail",
            key=key,
            body={"settings": {}, "secrets": {"signing_key": self.signing_key}},
        ).json
        self.id = integration["connection_id"]
        webhook = stack.call("POST", "/webhooks", key=key, body={"url": inbox.url, "events": EXPECTED}).json
        self.secret, self.webhook_id = webhook["secret"], webhook["id"]

    def send(self, kind: str, body: bytes, base: str | None = None) -> ApiResponse:
        return send(
            "POST",
            f"{base or self.stack.receivers['callrail']}/{self.id}/{kind}",
            body,
            {"Content-Type": "application/json", "Signature": signature(body, self.signing_key)},
        )

    def requests_about(self, call_id: str) -> list[Received]:
        def is_of(event: dict[str, object]) -> bool:
            data = event["data"]
            assert isinstance(data, dict)
            return call_id in (data["id"], data.get("call_id"))

        return [request for request in self.inbox.requests if is_of(json.loads(request.body))]


@pytest.fixture
def connection(stack: Stack, key: str, inbox: Inbox) -> Connection:
    return Connection(stack, key, inbox)


def _kinds(requests: list[Received]) -> list[str]:
    """The received event types, each event id once, because delivery is at least once."""
    events = {event["id"]: event["type"] for event in (json.loads(request.body) for request in requests)}
    return sorted(events.values())


def _settled_call(stack: Stack, key: str, call: Call, eventually: Eventually) -> dict[str, object]:
    path = f"/calls?caller_number={call.caller.replace('+', '%2B')}"
    response = eventually(
        lambda: stack.call("GET", path, key=key),
        lambda page: len(page.json["data"]) == 1 and page.json["data"][0]["lead_id"] is not None,
    )
    found = response.json["data"][0]
    assert isinstance(found, dict)
    return found


def test_one_signed_call_becomes_a_lead_and_five_signed_events(
    stack: Stack, key: str, connection: Connection, eventually: Eventually
) -> None:
    call = Call.new()

    assert connection.send("post-call", call.event("post-call")).status == 202

    found = _settled_call(stack, key, call, eventually)
    assert connection.inbox.wait_for(
        lambda _: len(connection.requests_about(str(found["id"]))) >= len(EXPECTED), 30
    )
    requests = connection.requests_about(str(found["id"]))
    assert _kinds(requests) == EXPECTED
    assert all(accepts(request, connection.secret) for request in requests)
    lead = stack.call("GET", f"/leads/{found['lead_id']}", key=key).json
    assert (lead["phones"], lead["source"], lead["loss_type"]) == ([call.caller], "call", "water")


@pytest.mark.parametrize("seed", range(3))
def test_the_four_events_in_any_order_and_twice_result_in_one_call_and_one_event_per_type(
    stack: Stack, key: str, connection: Connection, eventually: Eventually, seed: int
) -> None:
    call = Call.new()
    orders = list(itertools.permutations(KINDS))
    order = random.Random(seed).choice(orders)

    for kind in (*order, *order):
        assert connection.send(kind, call.event(kind)).status == 202

    found = _settled_call(stack, key, call, eventually)
    assert connection.inbox.wait_for(
        lambda _: len(connection.requests_about(str(found["id"]))) >= len(EXPECTED), 30
    )
    time.sleep(3)  # long enough for a second event to arrive
    assert _kinds(connection.requests_about(str(found["id"]))) == EXPECTED
    log = stack.call(
        "GET", f"/audit-log?resource_type=call&resource_id={found['id']}&order=asc", key=key
    ).json["data"]
    actions = [record["action"] for record in log]
    assert (
        actions.count("call.received")
        == actions.count("call.classified")
        == actions.count("call.qualified")
        == 1
    )


def test_the_receiver_behind_the_gateway_accepts_the_same_event(
    stack: Stack, key: str, connection: Connection, eventually: Eventually
) -> None:
    call = Call.new()

    response = connection.send("post-call", call.event("post-call"), base=f"{stack.api_url}/inbound/callrail")

    assert response.status == 202
    _settled_call(stack, key, call, eventually)


def test_an_invalid_signature_and_an_unknown_connection_are_rejected(
    stack: Stack, connection: Connection
) -> None:
    body = Call.new().event("post-call")
    wrong = send(
        "POST",
        f"{stack.receivers['callrail']}/{connection.id}/post-call",
        body,
        {"Signature": signature(body, "another key")},
    )
    unknown = send("POST", f"{stack.receivers['callrail']}/conn_x/post-call", body, {"Signature": "x"})

    assert (wrong.status, wrong.json["error"]["code"]) == (401, "invalid_signature")
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "not_found")


def test_an_object_in_compliance_mode_cannot_be_deleted_or_shortened(stack: Stack) -> None:
    """As in production: a principal that may bypass governance mode cannot do it either."""
    s3, bucket = stack.client("s3"), stack.aws["audit_bucket"]
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
    put = {"Bucket": bucket, "Key": f"audit/compliance-{secrets.token_hex(4)}", "Body": b"x"}
    version = s3.put_object(**put, ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)["VersionId"]
    locked = {"Bucket": bucket, "Key": put["Key"], "VersionId": version, "BypassGovernanceRetention": True}

    with pytest.raises(ClientError):
        s3.delete_object(**locked)
    for shorter in (
        {"Mode": "COMPLIANCE", "RetainUntilDate": until - timedelta(minutes=4)},
        {"Mode": "GOVERNANCE", "RetainUntilDate": until},
    ):
        with pytest.raises(ClientError):
            s3.put_object_retention(**locked, Retention=shorter)

    head = s3.head_object(Bucket=bucket, Key=put["Key"])
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", until)


def test_audit_segments_are_locked_and_cannot_be_deleted(
    stack: Stack, key: str, eventually: Eventually
) -> None:
    stack.call("POST", "/leads", key=key, body={"email": f"{secrets.token_hex(8)}@example.com"})
    s3, bucket = stack.client("s3"), stack.aws["audit_bucket"]
    end = time.monotonic() + 30
    segments = {"Bucket": bucket, "Prefix": "audit/org_"}
    while not (objects := s3.list_objects_v2(**segments).get("Contents", [])) and time.monotonic() < end:
        time.sleep(0.3)

    name = objects[0]["Key"]
    head = s3.head_object(Bucket=bucket, Key=name)
    assert head["ObjectLockMode"] == "GOVERNANCE"
    with pytest.raises(ClientError):
        s3.delete_object(Bucket=bucket, Key=name, VersionId=head["VersionId"])
    sooner = {"Mode": "GOVERNANCE", "RetainUntilDate": head["ObjectLockRetainUntilDate"] - timedelta(days=1)}
    with pytest.raises(ClientError):
        s3.put_object_retention(Bucket=bucket, Key=name, VersionId=head["VersionId"], Retention=sooner)
    assert (
        s3.head_object(Bucket=bucket, Key=name)["ObjectLockRetainUntilDate"]
        == head["ObjectLockRetainUntilDate"]
    )
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert any(rule["Expiration"]["Days"] == 2557 for rule in rules)
    assert any(move["StorageClass"] == "GLACIER_IR" for rule in rules for move in rule.get("Transitions", []))
