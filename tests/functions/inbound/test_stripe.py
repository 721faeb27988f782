"""POST /{connection_id}/events: Stripe's receiver."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING

import pytest

from eal import aws, observe
from tests.support.aws import INBOUND_BUCKET
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.inbound import Connection, connect
from tests.support.pipeline import peek
from tests.support.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

BODY = b"""{"id":"evt_1","object":"event","created":1776000001,"livemode":true,"type":"customer.subscription.created",
"data":{"object":{"id":"sub_1","object":"subscription","customer":"cus_private","status":"active"}}}"""


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect("stripe", tenant.admin)


@pytest.mark.parametrize("in_base64", [False, True])
@pytest.mark.parametrize("form", ["url_event", "gateway_event"])
def test_a_signed_event_is_stored_as_it_came_queued_and_answered(
    connection: Connection, tenant: Tenant, form: str, in_base64: bool
) -> None:
    answer = connection.receive(getattr(connection, form)(BODY, in_base64=in_base64))

    assert answer.status == 202
    (message,) = peek("StripeQueue")
    assert aws.s3().get_object(Bucket=INBOUND_BUCKET, Key=message["raw"])["Body"].read() == BODY
    assert (message["organization_id"], message["mode"]) == (tenant.id, "live")
    assert message["delivery_id"] == ""


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"stripe-signature": "t=1776000001,v1=00"},
        {"stripe-signature": "t=☃,v1=☃"},
        {"stripe-signature": "=,,"},
    ],
)
def test_a_wrong_signature_is_401_and_stores_nothing(
    connection: Connection, tenant: Tenant, headers: dict[str, str]
) -> None:
    answer = connection.receive(connection.url_event(BODY, headers))

    assert (answer.status, answer.error) == (401, "invalid_signature")
    assert peek("StripeQueue") == []
    assert "Contents" not in aws.s3().list_objects_v2(Bucket=INBOUND_BUCKET)
    health = call("PUT", "/v1/integrations/stripe", key=tenant.admin, json_body={}).json["health"]
    assert health["last_failure"]["reason"] == "invalid_signature"


def test_another_body_under_a_good_signature_is_refused(connection: Connection) -> None:
    assert connection.receive(connection.url_event(BODY + b" ", connection.headers(BODY))).status == 401


@pytest.mark.parametrize(("off", "status"), [(-300, 202), (300, 202), (-301, 401), (301, 401)])
def test_a_signature_holds_for_five_minutes_either_way(
    clock: Clock, connection: Connection, tenant: Tenant, off: int, status: int
) -> None:
    clock.at = clock.at.replace(microsecond=0)
    headers = connection.headers(BODY, at=int(clock.at.timestamp()) + off)

    answer = connection.receive(connection.url_event(BODY, headers))

    assert answer.status == status
    if status == 401:
        assert answer.error == "invalid_signature"
        health = call("PUT", "/v1/integrations/stripe", key=tenant.admin, json_body={}).json["health"]
        assert health["last_failure"]["reason"] == "out_of_time"


def test_both_secrets_hold_while_one_replaces_the_other(
    clock: Clock, connection: Connection, tenant: Tenant
) -> None:
    def status(one: Connection) -> int:
        return one.receive(one.url_event(BODY, one.headers(BODY, at=int(clock.at.timestamp())))).status

    new = Connection("stripe", connection.id, "whsec_another")
    assert status(new) == 401
    body = {"secrets": {"signing_secret": new.secret}, "overlap_seconds": 3600}
    assert call("PUT", "/v1/integrations/stripe", key=tenant.admin, json_body=body).status == 200
    assert [status(connection), status(new)] == [202, 202]
    clock.advance(seconds=3601)
    assert [status(connection), status(new)] == [401, 202]


def test_another_tenants_secret_does_not_sign_here(connection: Connection, stranger: Tenant) -> None:
    other = connect("stripe", stranger.admin)
    body = {"secrets": {"signing_secret": "whsec_another"}, "overlap_seconds": 0}
    call("PUT", "/v1/integrations/stripe", key=stranger.admin, json_body=body)
    assert other.receive(other.url_event(BODY)).status == 401
    assert connection.receive(connection.url_event(BODY)).status == 202


def test_an_unknown_connection_and_another_vendors_are_404(connection: Connection, tenant: Tenant) -> None:
    other = connect("resend", tenant.admin)
    for one in ("conn_unknown", other.id):
        answer = connection.receive({**connection.url_event(BODY), "rawPath": f"/{one}/events"})
        assert (answer.status, answer.error) == (404, "not_found")


def test_an_event_type_that_nobody_knows_is_taken(connection: Connection) -> None:
    body = b'{"object": "event", "type": "somebody.new", "data": {}}'

    assert connection.receive(connection.url_event(body)).status == 202
    assert len(peek("StripeQueue")) == 1


def test_signed_but_no_json_object_is_400(connection: Connection) -> None:
    answer = connection.receive(connection.url_event(b"[]"))

    assert (answer.status, answer.error) == (400, "invalid_request")


def test_over_one_mebibyte_is_413(connection: Connection) -> None:
    assert connection.receive(connection.url_event(b"x" * (1024 * 1024 + 1))).status == 413


@pytest.mark.parametrize("operation", ["PutObject", "SendMessage"])
def test_what_is_not_durable_is_not_answered_with_2xx(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    event = connection.url_event(BODY)
    with watched_calls(monkeypatch) as calls:
        calls.refuse[operation] = "ServiceUnavailable"
        assert connection.receive(event).status == 503

    assert connection.receive(event).status == 202


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_killed_after_any_call_and_sent_again_it_is_stored_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    event = connection.url_event(BODY)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = number
        with pytest.raises(Killed):
            connection.receive(event)

    assert connection.receive(event).status == 202
    assert len(aws.s3().list_objects_v2(Bucket=INBOUND_BUCKET)["Contents"]) == 1


def test_neither_connection_nor_body_is_logged(
    connection: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    connection.receive(connection.url_event(BODY))
    connection.receive(connection.url_event(BODY, connection.headers(BODY, at=int(time.time()) - 900)))

    logged = log.getvalue() + capsys.readouterr().out
    assert "inbound_refused" in logged
    for private in (connection.id, connection.secret, "cus_private"):
        assert private not in logged


def test_the_sample_event_reaches_the_signature_check(connection: Connection) -> None:
    event = json.loads((ROOT / "events/inbound/stripe.json").read_text())
    event["rawPath"] = f"/{connection.id}/events"

    assert connection.receive(event).status == 401
    signed = connection.headers(event["body"].encode())
    assert connection.receive({**event, "headers": {**event["headers"], **signed}}).status == 202
