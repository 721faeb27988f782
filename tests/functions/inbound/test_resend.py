"""POST /{connection_id}/events: Resend's receiver. Shared behaviour is in tests/flows/test_vendor_receivers.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eal.core import aws
from tests.support.aws import INBOUND_BUCKET
from tests.support.http import call
from tests.support.inbound import Connection, connect, enqueued
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

BODY = b"""{"type":"email.bounced","created_at":"2026-02-22T23:41:12.126Z","data":{
"email_id":"56761188-7520-42d8-8898-ff6fc54ce618","from":"Acme <onboarding@resend.dev>","to":["bounced@resend.dev"],
"subject":"Sending this example","bounce":{"type":"Permanent","subType":"General","message":"rejected"}}}"""


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect("resend", tenant.admin)


def test_the_message_has_the_delivery_id(connection: Connection) -> None:
    assert connection.receive(connection.url_event(BODY)).status == 202

    assert [message["delivery_id"] for message in enqueued("ResendQueue")] == ["msg_1"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"svix-id": "msg_1", "svix-timestamp": "soon", "svix-signature": "v1,YQ=="}, {"svix-id": "☃"}],
)
def test_an_invalid_signature_is_401_and_stores_nothing(
    connection: Connection, tenant: Tenant, headers: dict[str, str]
) -> None:
    response = connection.receive(connection.url_event(BODY, headers))

    assert (response.status, response.error) == (401, "invalid_signature")
    assert enqueued("ResendQueue") == []
    assert "Contents" not in aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET)
    health = call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body={}).json["health"]
    assert health["last_failure"]["reason"] == "invalid_signature"


def test_the_sample_event_reaches_the_signature_check(connection: Connection) -> None:
    event = json.loads((ROOT / "events/inbound/resend.json").read_text())
    event["rawPath"] = f"/{connection.id}/events"

    assert connection.receive(event).status == 401
    signed = connection.headers(event["body"].encode())
    assert connection.receive({**event, "headers": {**event["headers"], **signed}}).status == 202
