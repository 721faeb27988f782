"""Every endpoint of the template, as the parametrised suites try it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.http import call, load_app, routes
from tests.support.webhooks import deliveries, fan_out, publish_lead_with
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from eal.entry.http.route import Route

A_BODY = ("POST", "PUT", "PATCH")
SAMPLE_ID = re.compile(r"\b[a-z]+_01kq09bekje6vbq5xe2b60xtww\b")
NEEDED: dict[str, tuple[str, dict[str, Any]]] = {
    "POST /v1/leads/{lead_id}/push-to-crm": (
        "/v1/integrations/crm",
        {"settings": {"url": "http://127.0.0.1:49152/"}, "secrets": {"signing_secret": "x" * 24}},
    ),
}
"""What is put before an endpoint is tried on an item, because the item alone is not enough for it."""

INSTEAD: dict[str, dict[str, Any]] = {
    "POST /v1/webhooks/{webhook_id}/test": {"url": "http://127.0.0.1:49152/"},
}
"""What is put into the sample of the item's POST, because the endpoint reaches out to what the item names."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    folder: str
    method: str
    path: str

    @property
    def route(self) -> Route:
        route: Route = load_app(self.folder).app.route
        return route

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def takes_body(self) -> bool:
        return self.route.body is not None

    def sample(self) -> Any:  # a JSON body
        """The body of the function's sample event."""
        event = _sample_event(self.folder)
        return json.loads(event["body"]) if event.get("body") else None

    def sample_path(self) -> str:
        """The path of the sample event, whose ids are well-formed."""
        return str(_sample_event(self.folder)["path"])

    def at(self, value: str = "x_01kq09bekje6vbq5xe2b60xtww") -> str:
        """The path with the same text for each parameter."""
        parts = [value if part.startswith("{") else part for part in self.path.split("/")]
        return "/".join(parts)


def _sample_event(folder: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{folder}.json").read_text())
    return event


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Those with an Api; receivers have their own tests, and the catch-all its own."""
    return tuple(
        Endpoint(folder, method, path)
        for method, path, folder in sorted(routes(), key=lambda route: (route[1], route[0]))
        if not folder.startswith(("inbound/", "unknown_route/"))
    )


def with_key() -> list[Endpoint]:
    return [endpoint for endpoint in endpoints() if endpoint.route.scope is not None]


def made_by(endpoint: Endpoint, key: str) -> str | None:
    """The endpoint's path with the id of an item that its collection's POST has just made; None where there is none."""
    before, brace, rest = endpoint.path.partition("/{")
    if before == "/v1/organizations/me/grants" and brace:
        return _granted(endpoint, key)
    if endpoint.path == "/v1/integrations/{vendor}" and endpoint.method == "DELETE":
        return _connected(endpoint, key)
    if before == "/v1/webhooks/deliveries":
        return f"{before}/{_delivered(key)}{rest.partition('}')[2]}"
    makers = [one for one in endpoints() if (one.method, one.path) == ("POST", before)]
    if not brace or "{" in rest or not makers:
        return None
    if endpoint.name in NEEDED:
        place, body = NEEDED[endpoint.name]
        assert call("PUT", place, key=key, json_body=body).status == 200
    sample = {**makers[0].sample(), **INSTEAD.get(endpoint.name, {})}
    made = call("POST", before, key=key, json_body=sample)
    assert made.status in (200, 201, 202), made.text
    return f"{before}/{made.json['id']}{rest.partition('}')[2]}"


def sample_with_made(endpoint: Endpoint, key: str) -> Any:  # a JSON body
    """The sample body of an action on a collection, with an item just made in place of the one that it names."""
    sample = endpoint.sample()
    text = json.dumps(sample)
    collection = f"/v1/{endpoint.route.tag}"
    if not SAMPLE_ID.search(text) or not endpoint.path.startswith(f"{collection}/"):
        return sample
    (maker,) = (one for one in endpoints() if (one.method, one.path) == ("POST", collection))
    made = call("POST", collection, key=key, json_body=maker.sample())
    assert made.status in (200, 201), made.text
    return json.loads(SAMPLE_ID.sub(made.json["id"], text))


def _delivered(key: str) -> str:
    """A delivery comes of an event that somebody wants."""
    create = next(one for one in endpoints() if (one.method, one.path) == ("POST", "/v1/webhooks"))
    webhook = call("POST", create.path, key=key, json_body=create.sample()).json
    fan_out(publish_lead_with(key))
    return next(one.id for one in deliveries() if one.webhook_id == webhook["id"])


def _connected(endpoint: Endpoint, key: str) -> str:
    """A vendor is connected by PUT, under its own name."""
    put = next(one for one in endpoints() if (one.method, one.path) == ("PUT", endpoint.path))
    assert call("PUT", put.sample_path(), key=key, json_body=put.sample()).status == 200
    return endpoint.sample_path()


def _granted(endpoint: Endpoint, key: str) -> str | None:
    """A grant is given to the caller's own parent, by PUT."""
    parent = call("GET", "/v1/organizations/me", key=key).json["parent_organization_id"]
    if parent is None:
        return None
    path = endpoint.at(parent)
    put = next(one for one in endpoints() if (one.method, one.path) == ("PUT", endpoint.path))
    assert call("PUT", path, key=key, json_body=put.sample()).status == 200
    return path
