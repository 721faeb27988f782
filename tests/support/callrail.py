"""A tenant's connection to CallRail: signed events for the receiver, and the items that they result in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eal.core.table.item import from_attributes
from tests.support import inbound
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tools.fixtures.callrail import signature

if TYPE_CHECKING:
    from eal.core.table.item import Item

SIGNING_KEY = "072e77e426f92738a72fe23c4d1953b4"


@dataclass(frozen=True, slots=True)
class Connection:
    id: str
    signing_key: str

    def send(self, kind: str, body: bytes) -> ApiResponse:
        return receive(self.url_event(kind, body))

    def url_event(
        self, kind: str, body: bytes, *, signed: str | None = None, in_base64: bool = False
    ) -> dict[str, Any]:
        headers = {"signature": signature(body, self.signing_key) if signed is None else signed}
        return inbound.url_event(self.id, kind, body, headers, in_base64=in_base64)

    def gateway_event(self, kind: str, body: bytes, *, in_base64: bool = False) -> dict[str, Any]:
        headers = {"Signature": signature(body, self.signing_key)}
        query = {"callernum": "+15550100002"}
        return inbound.gateway_event(
            "callrail", self.id, kind, body, headers, query=query, in_base64=in_base64
        )


def connect(key: str, signing_key: str = SIGNING_KEY) -> Connection:
    """Connect CallRail with an admin key."""
    response = call(
        "PUT", "/v1/integrations/callrail", key=key, json_body={"secrets": {"signing_key": signing_key}}
    )
    assert response.status == 200, response.text
    return Connection(response.json["connection_id"], signing_key)


def receive(event: dict[str, Any]) -> ApiResponse:
    """The receiver's response."""
    return inbound.receive("callrail", event)


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
