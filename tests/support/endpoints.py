"""Every endpoint of the template, as the parametrised suites try it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.http import call, load_app, routes
from tests.support.template import ROOT

if TYPE_CHECKING:
    from eal.entry.route import Route

A_BODY = ("POST", "PUT", "PATCH")


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
    makers = [one for one in endpoints() if (one.method, one.path) == ("POST", before)]
    if not brace or "{" in rest or not makers:
        return None
    made = call("POST", before, key=key, json_body=makers[0].sample())
    assert made.status in (200, 201), made.text
    return f"{before}/{made.json['id']}{rest.partition('}')[2]}"
