"""Resend's, Stripe's and Twilio's receivers over HTTP: the function URL and the address of the API."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.support import alerts, twilio
from tests.support.inbound import SECRETS, SIGNERS
from tools.fixtures.client import send
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fixtures.client import ApiResponse, Stack

pytestmark = pytest.mark.deployed


def _connected(stack: Stack, key: str, vendor: str) -> Any:
    body = {"secrets": {"signing_secret": SECRETS[vendor]}}
    return stack.call("PUT", f"/integrations/{vendor}", key=key, body=body).json


def _sample(vendor: str) -> bytes:
    event = json.loads((ROOT / f"events/inbound/{vendor}.json").read_text())
    return str(event["body"]).encode()


@pytest.mark.parametrize("vendor", SECRETS)
def test_both_addresses_accept_only_signed_events(stack: Stack, key: str, vendor: str) -> None:
    integration, body = _connected(stack, key, vendor), _sample(vendor)
    url = f"{stack.receivers[vendor]}/{integration['connection_id']}/events"
    too_old = int(time.time()) - 400

    for address in (url, integration["receiver_urls"]["events"]):
        accepted = send("POST", address, body=body, headers=SIGNERS[vendor](body, SECRETS[vendor]))
        assert (accepted.status, accepted.json) == (202, {"received": True})
        for headers in ({}, SIGNERS[vendor](body, SECRETS[vendor], "msg_1", too_old)):
            refused = send("POST", address, body=body, headers=headers)
            assert (refused.status, refused.json["error"]["code"]) == (401, "invalid_signature")


@pytest.mark.parametrize("vendor", SECRETS)
def test_a_signed_body_that_is_not_utf_8_is_400_at_both_addresses(
    stack: Stack, key: str, vendor: str
) -> None:
    integration, body = _connected(stack, key, vendor), b'{"type": "Jos\xe9"}'
    url = f"{stack.receivers[vendor]}/{integration['connection_id']}/events"

    for address in (url, integration["receiver_urls"]["events"]):
        for media_type in ("application/json", "application/octet-stream"):
            headers = {**SIGNERS[vendor](body, SECRETS[vendor]), "Content-Type": media_type}
            refused = send("POST", address, body=body, headers=headers)
            assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_request")


def test_a_subscription_appears_in_its_organization(
    stack: Stack,
    key: str,
    eventually: Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse],
) -> None:
    integration, body = _connected(stack, key, "stripe"), _sample("stripe")
    headers = SIGNERS["stripe"](body, SECRETS["stripe"])
    assert send("POST", integration["receiver_urls"]["events"], body=body, headers=headers).status == 202

    response = eventually(
        lambda: stack.call("GET", "/organizations/me", key=key),
        lambda organization: organization.json["subscription"] is not None,
    )

    assert (response.json["subscription"]["plan"], response.json["subscription"]["status"]) == (
        "price_pro",
        "active",
    )


def test_twilios_signature_covers_the_address_at_which_it_arrives(stack: Stack, key: str) -> None:
    secrets = {"auth_token": twilio.TOKEN}
    integration = stack.call("PUT", "/integrations/twilio", key=key, body={"secrets": secrets}).json
    form = {"AccountSid": alerts.ACCOUNT, "MessageSid": "SM1", "From": "+16145550111", "Body": "1"}
    api, path = integration["receiver_urls"]["message"], f"/{integration['connection_id']}/message"
    host = f"{stack.receivers['twilio'].rpartition('/')[2]}.lambda-url.{stack.aws['region']}.on.aws"
    addresses = {api: api, f"{stack.receivers['twilio']}{path}": f"http://{host}{path}"}

    for address, signed in addresses.items():
        headers = {"X-Twilio-Signature": twilio.signature(signed, form)}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        accepted = send("POST", address, urlencode(form).encode(), headers)
        assert (accepted.status, accepted.headers["Content-Type"]) == (200, "text/xml")
        assert b"<Response></Response>" in accepted.body
        forged = send("POST", address, urlencode({**form, "Body": "2"}).encode(), headers)
        assert (forged.status, forged.json["error"]["code"]) == (401, "invalid_signature")
