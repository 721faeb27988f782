"""Every endpoint of the template, as the parametrised suites try it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.http import load_app, routes
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

    def sample(self) -> Any:  # noqa: ANN401 - a JSON body
        """The body of the function's sample event."""
        event = json.loads((ROOT / "events" / f"{self.folder}.json").read_text())
        return json.loads(event["body"]) if event.get("body") else None

    def at(self, value: str = "x_01kq09bekje6vbq5xe2b60xtww") -> str:
        """The path with the same text for each parameter."""
        parts = [value if part.startswith("{") else part for part in self.path.split("/")]
        return "/".join(parts)


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
