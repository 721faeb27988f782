"""A tenant's connected CallRail: signed events into the receiver, and what comes of them."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eal.core.table.item import from_attributes
from tests.support.http import Answer, call, load_app
from tests.support.pipeline import items
from tools.demo.callrail import signature

if TYPE_CHECKING:
    from eal.core.table.item import Item

SIGNING_KEY = "072e77e426f92738a72fe23c4d1953b4"


@dataclass(frozen=True, slots=True)
class Connection:
    id: str
    signing_key: str

    def send(self, kind: str, body: bytes) -> Answer:
        return receive(self.url_event(kind, body))

    def url_event(
        self, kind: str, body: bytes, *, signed: str | None = None, in_base64: bool = False
    ) -> dict[str, Any]:
        """The request as a function URL hands it over (payload format 2.0)."""
        return {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": f"/{self.id}/{kind}",
            "rawQueryString": "",
            "headers": {
                "content-type": "application/json",
                "signature": signature(body, self.signing_key) if signed is None else signed,
            },
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "http": {"method": "POST", "path": f"/{self.id}/{kind}", "sourceIp": "198.51.100.9"},
            },
            "body": base64.b64encode(body).decode() if in_base64 else body.decode(errors="replace"),
            "isBase64Encoded": in_base64,
        }

    def gateway_event(self, kind: str, body: bytes, *, in_base64: bool = False) -> dict[str, Any]:
        """The same request as API Gateway hands it over (payload format 1.0)."""
        path = f"/v1/inbound/callrail/{self.id}/{kind}"
        return {
            "resource": "/v1/inbound/callrail/{connection_id}/{kind}",
            "path": path,
            "httpMethod": "POST",
            "headers": {"Content-Type": "application/json", "Signature": signature(body, self.signing_key)},
            "multiValueHeaders": None,
            "queryStringParameters": {"callernum": "+15550100002"},
            "multiValueQueryStringParameters": {"callernum": ["+15550100002"]},
            "pathParameters": {"connection_id": self.id, "kind": kind},
            "requestContext": {"requestId": str(uuid.uuid4()), "identity": {"sourceIp": "198.51.100.9"}},
            "body": base64.b64encode(body).decode() if in_base64 else body.decode(errors="replace"),
            "isBase64Encoded": in_base64,
        }


def connect(key: str, signing_key: str = SIGNING_KEY) -> Connection:
    """Connect CallRail with an admin key."""
    answer = call(
        "PUT", "/v1/integrations/callrail", key=key, json_body={"secrets": {"signing_key": signing_key}}
    )
    assert answer.status == 200, answer.text
    return Connection(answer.json["connection_id"], signing_key)


def receive(event: dict[str, Any]) -> Answer:
    """The receiver's answer."""
    response = load_app("inbound/callrail").handler(event, None)
    return Answer(response["statusCode"], response["headers"], response["body"])


def stored(kind: str, organization_id: str, mode: str = "live") -> list[Item]:
    """A tenant's items of one kind."""
    found = [from_attributes(item) for item in items(kind)]
    return [item for item in found if str(item["pk"]).startswith(f"{organization_id}#{mode}#")]


def events(event_type: str, organization_id: str, mode: str = "live") -> list[Any]:
    """The data of the tenant's events of one type."""
    return [
        json.loads(str(item["data"]))
        for item in stored("EVENT", organization_id, mode)
        if item["type"] == event_type
    ]


def actions(resource: str, organization_id: str, mode: str = "live") -> list[str]:
    """The actions in the tenant's audit log about one type of resource, in order."""
    found = [str(item["action"]) for item in stored("AUDIT", organization_id, mode)]
    return [action for action in found if action.startswith(f"{resource}.")]
