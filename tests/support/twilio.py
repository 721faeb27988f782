"""A tenant's connection to Twilio, and Twilio's webhooks, signed as Twilio documents it without our code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.support.alerts import ACCOUNT, ALERT_NUMBER, connect
from tests.support.http import call, load_app
from tests.support.inbound import enqueued, gateway_event, receive, url_event
from tests.support.pipeline import sqs_event

if TYPE_CHECKING:
    from tests.support.http import ApiResponse

TOKEN = "the-auth-token-of-twilio"
SCHEME = "http"  # as settings.is_local() says
HOST = "abcdefghij.lambda-url.us-east-1.on.aws"
API_HOST = "api.example.com"


def signature(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()


@dataclass(frozen=True, slots=True)
class Webhook:
    """A signed webhook of Twilio. `alert` is the id in the address that we gave with a request."""

    connection_id: str
    kind: str
    form: dict[str, str]
    alert: str = ""
    token: str = TOKEN

    @property
    def query(self) -> dict[str, str]:
        return {"alert": self.alert} if self.alert else {}

    def event(self, *, url: str | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """The event of the function URL, signed for that address or another one."""
        query = urlencode(self.query)
        address = f"{SCHEME}://{HOST}/{self.connection_id}/{self.kind}" + (f"?{query}" if query else "")
        signed = headers if headers is not None else self._headers(url or address, HOST)
        body = urlencode(self.form).encode()
        event = url_event(self.connection_id, self.kind, body, signed, in_base64=True)
        return {**event, "rawQueryString": query}

    def gateway_event(self) -> dict[str, Any]:
        """The event of API Gateway, where the stage is part of the signed address."""
        path = f"/api/v1/inbound/twilio/{self.connection_id}/{self.kind}"
        address = f"{SCHEME}://{API_HOST}{path}" + (f"?{urlencode(self.query)}" if self.query else "")
        body, headers = urlencode(self.form).encode(), self._headers(address, API_HOST)
        event = gateway_event(
            "twilio", self.connection_id, self.kind, body, headers, query=self.query or None, in_base64=True
        )
        event["requestContext"]["path"] = path
        return event

    def send(self) -> ApiResponse:
        return receive("twilio", self.event())

    def _headers(self, address: str, host: str) -> dict[str, str]:
        return {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "host": host,
            "x-twilio-signature": signature(address, self.form, self.token),
        }


@dataclass(frozen=True, slots=True)
class Twilio:
    """A connected account."""

    id: str

    def text(self, phone: str, text: str, **fields: str) -> Webhook:
        """A text from a phone to the alert number."""
        form = {
            "AccountSid": ACCOUNT,
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "From": phone,
            "To": ALERT_NUMBER,
            "Body": text,
            "NumMedia": "0",
            **fields,
        }
        return Webhook(self.id, "message", form)

    def key(self, alert: dict[str, Any], digits: str, **fields: str) -> Webhook:
        """A key that is pressed during the phone call of an alert."""
        form = {**self._of_call(alert), "CallStatus": "in-progress", "Digits": digits, **fields}
        return Webhook(self.id, "voice-key", form, alert["id"])

    def reported(self, alert: dict[str, Any], status: str, **fields: str) -> Webhook:
        """The report on a text or a phone call."""
        if alert["channel"] == "voice":
            return Webhook(
                self.id, "voice-status", {**self._of_call(alert), "CallStatus": status, **fields}, alert["id"]
            )
        sid = alert["vendor_id"] or "SM" + "0" * 32
        form = {"AccountSid": ACCOUNT, "MessageSid": sid, "MessageStatus": status}
        numbers = {"From": ALERT_NUMBER, "To": alert["recipient"]["phone"]}
        return Webhook(self.id, "message-status", {**form, **numbers, **fields}, alert["id"])

    def _of_call(self, alert: dict[str, Any]) -> dict[str, str]:
        sid = alert["vendor_id"] or "CA" + "0" * 32
        numbers = {"From": ALERT_NUMBER, "To": alert["recipient"]["phone"]}
        return {"AccountSid": ACCOUNT, "CallSid": sid, **numbers}


def connected(key: str, token: str = TOKEN) -> Twilio:
    """Connect Twilio with the auth token."""
    connect(key)
    response = call("PUT", "/v1/integrations/twilio", key=key, json_body={"secrets": {"auth_token": token}})
    assert response.status == 200, response.text
    return Twilio(response.json["connection_id"])


def normalise() -> list[str]:
    """Let the worker carry out the stored webhooks. Returns the ids of the failed messages."""
    return process(*enqueued("TwilioQueue"))


def process(*messages: dict[str, Any]) -> list[str]:
    event = sqs_event("TwilioQueue", [json.dumps(message) for message in messages])
    response = load_app("workers/normalise_twilio").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]
