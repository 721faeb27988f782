"""POST /{connection_id}/events: Stripe's receiver. Shared behaviour is in tests/flows/test_vendor_receivers.py."""

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

BODY = b"""{"id":"evt_1","object":"event","created":1776000001,"livemode":true,"type":"customer.subscription.created",
"data":{"object":{"id":"sub_1","object":"subscription","customer":"cus_private","status":"active"}}}"""


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect("stripe", tenant.admin)


def test_the_message_has_the_delivery_id(connection: Connection) -> None:
    assert connection.receive(connection.url_event(BODY)).status == 202

    assert [message["delivery_id"] for message in enqueued("StripeQueue")] == [""]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"stripe-signature": "t=1776000001,v1=00"},
        {"stripe-signature": "t=☃,v1=☃"},
        {"stripe-signature": "=,,"},
    ],
)
def test_an_invalid_signature_is_401_and_stores_nothing(
    connection: Connection, tenant: Tenant, headers: dict[str, str]
) -> None:
    response = connection.receive(connection.url_event(BODY, headers))

    assert (response.status, response.error) == (401, "invalid_signature")
    assert enqueued("StripeQueue") == []
    assert "Contents" not in aws.s3_sdk().list_objects_v2(Bucket=INBOUND_BUCKET)
    health = call("PUT", "/v1/integrations/stripe", key=tenant.admin, json_body={}).json["health"]
    assert health["last_failure"]["reason"] == "invalid_signature"


def test_the_sample_event_reaches_the_signature_check(connection: Connection) -> None:
    event = json.loads((ROOT / "events/inbound/stripe.json").read_text())
    event["rawPath"] = f"/{connection.id}/events"

    assert connection.receive(event).status == 401
    signed = connection.headers(event["body"].encode())
    assert connection.receive({**event, "headers": {**event["headers"], **signed}}).status == 202
