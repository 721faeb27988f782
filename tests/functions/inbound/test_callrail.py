"""POST /{connection_id}/{kind}: CallRail's receiver."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, observe
from eal.core.clock import parse
from eal.domain.integrations import connections
from tests.support.aws import ACCESS, INBOUND_BUCKET
from tests.support.callrail import Connection, connect, receive
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.inbound import enqueued
from tools.fixtures.callrail import Call
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

BODY = Call.new().event("post-call")
UNKNOWN = "conn_" + "0" * 40


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect(tenant.admin)


@pytest.mark.parametrize("in_base64", [False, True])
@pytest.mark.parametrize("form", ["url_event", "gateway_event"])
def test_a_signed_event_is_stored_unchanged_enqueued_and_accepted(
    connection: Connection, tenant: Tenant, form: str, in_base64: bool
) -> None:
    body = '{"resource_id": "CAL1",  "customer_name": "Zoë"}'.encode()

    response = receive(getattr(connection, form)("post-call", body, in_base64=in_base64))

    assert response.status == 202
    (message,) = enqueued("CallrailQueue")
    raw = aws.s3_sdk().get_object(Bucket=INBOUND_BUCKET, Key=message["raw"])["Body"].read()
    assert raw == body
    assert message["raw"].endswith(hashlib.sha256(body).hexdigest())
    assert message["kind"] == "post-call"
    assert (message["organization_id"], message["mode"]) == (tenant.id, "live")
    assert message["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize("signed", ["", "bm90IGl0", "☃"])
def test_an_invalid_signature_is_401_in_the_envelope_and_stores_nothing(
    connection: Connection, signed: str
) -> None:
    response = receive(connection.url_event("post-call", BODY, signed=signed))

    assert (response.status, response.error) == (401, "invalid_signature")
    assert response.json["error"]["details"]["request_id"] == response.headers["X-Request-Id"]
    assert enqueued("CallrailQueue") == []
    assert "Contents" not in aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET)


def test_another_tenants_key_is_rejected(connection: Connection, stranger: Tenant) -> None:
    other = connect(stranger.admin, "another key")
    mixed = Connection(connection.id, other.signing_key)

    assert receive(mixed.url_event("post-call", BODY)).status == 401


def test_without_a_signing_key_no_signature_is_accepted(tenant: Tenant) -> None:
    opened = call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body={}).json

    assert receive(Connection(opened["connection_id"], "").url_event("post-call", BODY)).status == 401


def test_an_unknown_connection_is_404(connection: Connection) -> None:
    path = f"/{UNKNOWN}/post-call"
    response = receive({**connection.url_event("post-call", BODY), "rawPath": path})

    assert (response.status, response.error) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/conn_unknown/post-call",
        f"/{UNKNOWN}0/post-call",
        f"/{UNKNOWN.upper()}/post-call",
        f"/{UNKNOWN}/Post-Call",
        "/x",
        "/",
        "/a/b/c",
    ],
)
@pytest.mark.parametrize("body", [BODY, b"x" * (1024 * 1024 + 1)])
def test_a_malformed_address_is_404_without_a_read(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, path: str, body: bytes
) -> None:
    with watched_calls(monkeypatch) as calls:
        response = receive({**connection.url_event("post-call", body), "rawPath": path})

    assert (response.status, response.error) == (404, "not_found")
    assert calls.made == []


def test_an_unknown_kind_is_stored_and_enqueued(connection: Connection) -> None:
    assert receive(connection.url_event("convert-assist-complete", BODY)).status == 202

    assert [body["kind"] for body in enqueued("CallrailQueue")] == ["convert-assist-complete"]


@pytest.mark.parametrize("kind", ["..", "Post-Call", "a" * 41, "post_call", "%2e"])
def test_a_malformed_kind_is_404(connection: Connection, kind: str) -> None:
    assert receive(connection.url_event(kind, BODY)).status == 404


def test_a_body_over_one_mebibyte_is_413_and_exactly_one_is_accepted(connection: Connection) -> None:
    frame = b'{"resource_id":"CAL1","note":""}'
    whole = frame.replace(b'""', b'"' + b"x" * (1024 * 1024 - len(frame)) + b'"')

    assert receive(connection.url_event("post-call", whole)).status == 202
    refused = receive(connection.url_event("post-call", whole + b" "))
    assert (refused.status, refused.error) == (413, "payload_too_large")


@pytest.mark.parametrize("body", [b"not json", b"[]", b'"text"', b"", b"{"])
def test_a_signed_body_that_is_not_a_json_object_is_400(connection: Connection, body: bytes) -> None:
    response = receive(connection.url_event("post-call", body))

    assert (response.status, response.error) == (400, "invalid_request")
    assert enqueued("CallrailQueue") == []


@pytest.mark.parametrize("in_base64", [False, True])
def test_a_signed_body_that_is_not_utf_8_is_400(
    connection: Connection, tenant: Tenant, in_base64: bool
) -> None:
    body = b'{"resource_id": "CAL1", "customer_name": "Jos\xe9"}'

    response = receive(connection.url_event("post-call", body, in_base64=in_base64))

    assert (response.status, response.error) == (400, "invalid_request")
    assert enqueued("CallrailQueue") == []
    assert _health(tenant)["last_failure"]["reason"] == "invalid_json"


def test_an_event_is_stored_then_accepted(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        receive(connection.url_event("post-call", BODY))

    assert calls.made == ["GetItem", "Decrypt", "PutObject"]


@pytest.mark.parametrize("operation", ["PutObject", "GetItem", "Decrypt"])
def test_an_event_that_is_not_durable_is_not_accepted(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    event = connection.url_event("post-call", BODY)
    with watched_calls(monkeypatch) as calls:
        calls.refuse[operation] = "ServiceUnavailable"
        response = receive(event)

    assert (response.status, response.error) == (503, "unavailable")
    assert enqueued("CallrailQueue") == []
    assert receive(event).status == 202


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_event_is_stored_once_if_the_receiver_is_killed_after_any_call(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    event = connection.url_event("post-call", BODY)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            receive(event)

    assert receive(event).status == 202
    assert len(aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET)["Contents"]) == 1


def test_the_sample_event_reaches_the_signature_check(connection: Connection) -> None:
    event = json.loads((ROOT / "events/inbound/callrail.json").read_text())
    event["rawPath"] = f"/{connection.id}/post-call"

    assert receive(event).status == 401
    signed = connection.url_event("post-call", event["body"].encode())["headers"]["signature"]
    assert receive({**event, "headers": {**event["headers"], "signature": signed}}).status == 202


def test_neither_connection_nor_body_is_logged(
    connection: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    receive(connection.url_event("post-call", BODY))
    receive(connection.url_event("post-call", BODY, signed="wrong"))

    logged = log.getvalue() + capsys.readouterr().out
    assert '"code":"invalid_signature"' in logged
    assert connection.id not in logged
    assert connection.signing_key not in logged
    assert "pipe burst" not in logged


def _health(tenant: Tenant) -> Any:
    return call("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body={}).json["health"]


def test_a_connection_is_stamped_at_most_once_a_minute(connection: Connection) -> None:
    at = parse("2026-04-24T17:42:11.314Z")
    for late in ("2026-04-24T17:42:11.314Z", "2026-04-24T17:42:40Z", "2026-04-24T17:41:00Z"):
        connections.stamp_event(connection.id, parse(late))

    found = connections.find(connection.id, "callrail")
    assert found is not None
    assert found.last_event_at == at


@pytest.mark.parametrize(
    ("body", "signed", "reason"),
    [
        (BODY, "bm90IGl0", "invalid_signature"),
        (b"not json", None, "invalid_json"),
        (b"x" * (1024 * 1024 + 1), None, "too_large"),
    ],
)
def test_the_reason_of_a_rejection_is_shown(
    clock: Clock, connection: Connection, tenant: Tenant, body: bytes, signed: str | None, reason: str
) -> None:
    receive(connection.url_event("post-call", body, signed=signed))

    assert _health(tenant) == {
        "status": "failing",
        "last_event_at": None,
        "last_failure": {"at": "2026-04-24T17:42:11.314Z", "reason": reason},
    }


def test_a_connection_fails_from_a_rejection_until_the_next_accepted_event(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    def refused() -> str:
        receive(connection.url_event("post-call", BODY, signed="wrong"))
        return str(_health(tenant)["status"])

    def taken() -> str:
        connections.stamp_event(connection.id, clock.now())
        return str(_health(tenant)["status"])

    assert [taken(), refused()] == ["healthy", "healthy"]
    clock.advance(seconds=1)
    # At most one failure per minute is recorded, and the last one was at the same moment.
    assert refused() == "healthy"
    clock.advance(minutes=1)
    assert refused() == "failing"
    clock.advance(seconds=1)
    assert taken() == "healthy"
    clock.advance(minutes=2)
    assert [refused(), taken()] == ["failing", "healthy"]


def test_an_event_before_the_failure_does_not_end_it(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    """The normaliser may process an event long after the receiver accepted it."""
    connections.stamp_event(connection.id, clock.now())
    earlier = clock.now()
    clock.advance(seconds=30)
    receive(connection.url_event("post-call", BODY, signed="wrong"))

    connections.stamp_event(connection.id, earlier)

    assert _health(tenant)["status"] == "failing"


def test_failures_are_recorded_once_per_minute(
    clock: Clock, connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = connection.url_event("post-call", BODY, signed="wrong")
    with watched_calls(monkeypatch) as calls:
        for _ in range(3):
            assert receive(event).status == 401
            clock.advance(seconds=20)
        assert calls.count("UpdateItem") == 1
        assert receive(event).status == 401
        assert calls.count("UpdateItem") == 2

    assert _health(tenant)["last_failure"]["at"] == "2026-04-24T17:43:11.314Z"


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException"])
def test_a_failure_that_cannot_be_recorded_does_not_change_the_response(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with watched_calls(monkeypatch) as calls:
        calls.refuse["UpdateItem"] = code
        responses = [
            receive(connection.url_event("post-call", BODY, signed="wrong")),
            receive(connection.url_event("post-call", b"[]")),
            receive(connection.url_event("post-call", b"x" * (1024 * 1024 + 1))),
        ]

    assert [(response.status, response.error) for response in responses] == [
        (401, "invalid_signature"),
        (400, "invalid_request"),
        (413, "payload_too_large"),
    ]


def test_a_rejection_at_an_unknown_address_writes_nothing(connection: Connection) -> None:
    before = aws.dynamodb().scan(TableName=ACCESS)["Items"]

    for body in (BODY, b"x" * (1024 * 1024 + 1)):
        receive({**connection.url_event("post-call", body), "rawPath": f"/{UNKNOWN}/post-call"})

    assert aws.dynamodb().scan(TableName=ACCESS)["Items"] == before
