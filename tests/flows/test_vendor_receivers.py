"""POST /{connection_id}/events: the behaviour that Resend's and Stripe's receivers share."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, observe
from eal.entry.http.receiver import Receiver
from eal.vendors.resend import webhooks
from tests.support.aws import INBOUND_BUCKET
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.inbound import QUEUES, Connection, connect, enqueued

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

BODY = b'{"type": "email.bounced", "created": 1776000001, "data": {"to": ["someone-private"]}}'
ANOTHER_SECRET = {"resend": "whsec_YW5vdGhlciBrZXkgb2YgaXRzIG93biwgeWVz", "stripe": "whsec_another"}
OTHER = {"resend": "stripe", "stripe": "resend"}


@pytest.fixture(params=["resend", "stripe"])
def connection(request: pytest.FixtureRequest, tenant: Tenant) -> Connection:
    return connect(request.param, tenant.admin)


def _health(connection: Connection, tenant: Tenant) -> Any:
    path = f"/v1/integrations/{connection.vendor}"
    return call("PUT", path, key=tenant.admin, json_body={}).json["health"]


@pytest.mark.parametrize("in_base64", [False, True])
@pytest.mark.parametrize("form", ["url_event", "gateway_event"])
def test_a_signed_event_is_stored_unchanged_enqueued_and_accepted(
    connection: Connection, tenant: Tenant, form: str, in_base64: bool
) -> None:
    response = connection.receive(getattr(connection, form)(BODY, in_base64=in_base64))

    assert response.status == 202
    (message,) = enqueued(QUEUES[connection.vendor])
    assert aws.s3_sdk().get_object(Bucket=INBOUND_BUCKET, Key=message["raw"])["Body"].read() == BODY
    assert (message["organization_id"], message["mode"]) == (tenant.id, "live")


def test_another_body_with_a_valid_signature_is_rejected(connection: Connection) -> None:
    assert connection.receive(connection.url_event(BODY + b" ", connection.headers(BODY))).status == 401


@pytest.mark.parametrize(("offset_seconds", "status"), [(-300, 202), (300, 202), (-301, 401), (301, 401)])
def test_a_signature_is_valid_for_five_minutes_in_either_direction(
    clock: Clock, connection: Connection, tenant: Tenant, offset_seconds: int, status: int
) -> None:
    clock.at = clock.at.replace(microsecond=0)
    headers = connection.headers(BODY, at=int(clock.at.timestamp()) + offset_seconds)

    response = connection.receive(connection.url_event(BODY, headers))

    assert response.status == status
    if status == 401:
        assert response.error == "invalid_signature"
        assert _health(connection, tenant)["last_failure"]["reason"] == "out_of_time"


def test_both_secrets_are_accepted_during_the_overlap(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    def status(sender: Connection) -> int:
        return sender.receive(
            sender.url_event(BODY, sender.headers(BODY, at=int(clock.at.timestamp())))
        ).status

    new = Connection(connection.vendor, connection.id, ANOTHER_SECRET[connection.vendor])
    assert status(new) == 401
    body = {"secrets": {"signing_secret": new.secret}, "overlap_seconds": 3600}
    assert call("PUT", f"/v1/integrations/{new.vendor}", key=tenant.admin, json_body=body).status == 200
    assert [status(connection), status(new)] == [202, 202]
    clock.advance(seconds=3601)
    assert [status(connection), status(new)] == [401, 202]


def test_another_tenants_secret_is_rejected(connection: Connection, stranger: Tenant) -> None:
    other = connect(connection.vendor, stranger.admin)
    body = {"secrets": {"signing_secret": ANOTHER_SECRET[other.vendor]}, "overlap_seconds": 0}
    call("PUT", f"/v1/integrations/{other.vendor}", key=stranger.admin, json_body=body)
    assert other.receive(other.url_event(BODY)).status == 401
    assert connection.receive(connection.url_event(BODY)).status == 202


def test_an_unknown_connection_and_another_vendors_connection_are_404(
    connection: Connection, tenant: Tenant
) -> None:
    other = connect(OTHER[connection.vendor], tenant.admin)
    for connection_id in ("conn_" + "0" * 40, other.id):
        response = connection.receive({**connection.url_event(BODY), "rawPath": f"/{connection_id}/events"})
        assert (response.status, response.error) == (404, "not_found")


def test_an_unknown_event_type_is_accepted(connection: Connection) -> None:
    body = b'{"object": "event", "type": "unknown.type", "data": {}}'

    assert connection.receive(connection.url_event(body)).status == 202
    assert len(enqueued(QUEUES[connection.vendor])) == 1


def test_a_signed_body_that_is_not_a_json_object_is_400(connection: Connection) -> None:
    response = connection.receive(connection.url_event(b"[]"))

    assert (response.status, response.error) == (400, "invalid_request")


@pytest.mark.parametrize("in_base64", [False, True])
@pytest.mark.parametrize("form", ["url_event", "gateway_event"])
@pytest.mark.parametrize(
    "body", [b'{"to": "Jos\xe9"}', b'{"to": "\xed\xa0\x80"}', '{"to": 1}'.encode("utf-16")]
)
def test_a_signed_body_that_is_not_utf_8_is_400_and_not_stored(
    connection: Connection, tenant: Tenant, body: bytes, form: str, in_base64: bool
) -> None:
    response = connection.receive(getattr(connection, form)(body, in_base64=in_base64))

    assert (response.status, response.error) == (400, "invalid_request")
    assert enqueued(QUEUES[connection.vendor]) == []
    assert "Contents" not in aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET)
    assert _health(connection, tenant)["last_failure"]["reason"] == "invalid_json"


@pytest.mark.parametrize("in_base64", [False, True])
def test_a_replacement_character_in_the_vendors_body_is_preserved(
    connection: Connection, in_base64: bool
) -> None:
    body = '{"to": "Jos\ufffd"}'.encode()

    assert connection.receive(connection.url_event(body, in_base64=in_base64)).status == 202

    (message,) = enqueued(QUEUES[connection.vendor])
    assert aws.s3_sdk().get_object(Bucket=INBOUND_BUCKET, Key=message["raw"])["Body"].read() == body


def test_an_unsigned_body_that_is_not_utf_8_is_401(connection: Connection) -> None:
    event = connection.url_event(b'{"to": "Jos\xe9"}', connection.headers(BODY), in_base64=True)

    assert connection.receive(event).error == "invalid_signature"


def test_a_body_over_one_mebibyte_is_413(connection: Connection) -> None:
    assert connection.receive(connection.url_event(b"x" * (1024 * 1024 + 1))).status == 413


def test_an_event_that_is_not_durable_is_not_accepted(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = connection.url_event(BODY)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutObject"] = "ServiceUnavailable"
        assert connection.receive(event).status == 503

    assert connection.receive(event).status == 202


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_event_is_stored_once_if_the_receiver_is_killed_after_any_call(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    event = connection.url_event(BODY)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            connection.receive(event)

    assert connection.receive(event).status == 202
    assert len(aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET)["Contents"]) == 1


def test_neither_connection_nor_body_is_logged(
    connection: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    connection.receive(connection.url_event(BODY))
    connection.receive(connection.url_event(BODY, connection.headers(BODY, at=int(time.time()) - 900)))

    logged = log.getvalue() + capsys.readouterr().out
    assert "inbound_refused" in logged
    for private in (connection.id, connection.secret, "someone-private"):
        assert private not in logged


def test_refusals_at_the_function_url_are_counted_apart_from_those_behind_the_gateway(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """The alarm on what Lambda itself refuses subtracts them from the 4xx responses of the function URL."""
    unknown = Connection(connection.vendor, "conn_" + "0" * 40, connection.secret)

    assert unknown.receive(unknown.gateway_event(BODY)).status == 404
    behind_gateway = capsys.readouterr().out
    assert unknown.receive(unknown.url_event(BODY)).status == 404
    at_url = capsys.readouterr().out

    assert '"inbound_refused":[1.0]' in behind_gateway
    assert "inbound_refused_at_url" not in behind_gateway
    assert '"inbound_refused_at_url":[1.0]' in at_url


def test_clients_are_created_before_the_first_request_in_lambda_and_in_it_elsewhere(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    created: list[str] = []
    create = aws.Client.__init__

    def recorded(client: aws.Client, service: str) -> None:
        created.append(service)
        create(client, service)

    monkeypatch.setattr(aws.Client, "__init__", recorded)
    aws.close()
    Receiver(webhooks.SCHEME)
    assert created == []

    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    Receiver(webhooks.SCHEME)
    at_start = sorted(created)
    assert connection.receive(connection.url_event(BODY)).status == 202

    assert sorted(created) == at_start == ["dynamodb", "kms", "s3"]
