"""The OpenAPI document, made from the endpoints' signatures and models.

`python -m tools.openapi --write` puts it where the API serves it from; a test says when that is out of date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from eal.entry.document import SERVER
from eal.events import CATALOGUE
from tools.openapi import errors, operations, parameters, receivers, schemas, webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.entry.route import Route
    from tools.openapi.schemas import Node

PREFIX = "/v1"

_TAGS = {
    "api-keys": "Keys to this API: made, changed, rotated and revoked. For admin keys.",
    "audit-log": "Every change of a tenant's state and who made it, for seven years, with proofs of it.",
    "calls": "Phone calls that call trackers told of, and what they were judged to be.",
    "events": "The feed of all events; the same are sent to webhooks.",
    "inbound": "Where vendors send their webhooks.",
    "integrations": "The vendors that are connected: their settings, secrets and health.",
    "leads": "People who need work done: captured, scored, moved from new to won, and told to the CRM.",
    "meta": "The API itself.",
    "organizations": "The tenant: its settings, members and children, and what it lets its parent read.",
    "prospects": "Companies to reach out to, judged, and made leads of.",
    "webhooks": "Your endpoints for events, and what was delivered to them.",
}


def render(document: Node) -> str:
    """The document as it is committed and served."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _introduction() -> str:
    """What holds for each operation, a line for each paragraph."""
    text = Path(__file__).with_name("introduction.md").read_text(encoding="utf-8")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def build(routes: Sequence[Route]) -> Node:
    """The document of these endpoints and of all events.

    Raises: ValueError where two endpoints or two models have the same name, or a tag has no description.
    """
    if nameless := {route.tag for route in routes} - set(_TAGS):
        raise ValueError(f"describe these tags (tools/openapi/document.py): {', '.join(sorted(nameless))}")
    models, components = schemas.of_routes(routes)
    responses: dict[str, Node] = {}
    paths: dict[str, Node] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        methods = paths.setdefault(route.path.removeprefix(PREFIX), {})
        if route.method.lower() in methods:
            raise ValueError(f"two endpoints answer {route.name}")
        methods[route.method.lower()] = operations.of_route(route, models, responses)
    for path, item in receivers.paths():
        paths[path] = item
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Expert AI Labs API",
            "version": "v1",
            "description": _introduction(),
            "contact": {"name": "Expert AI Labs", "url": "https://expertailabs.ai"},
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {"url": f"https://expertailabs.ai{SERVER}", "description": "Production"},
            {"url": SERVER, "description": "Where this document was fetched"},
        ],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "webhooks": {name: webhooks.of_event(name, meaning) for name, meaning in CATALOGUE.items()},
        "components": {
            "schemas": {
                **components,
                **webhooks.schemas(components["EventView"], models),
                "Error": errors.schema(),
            },
            "responses": responses,
            "headers": parameters.HEADERS,
            "parameters": parameters.components(routes),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "eal_live_… or eal_test_…",
                    "description": "A tenant's API key. Each operation names the scope that it needs; admin includes "
                    "write, and write includes read. The key's mode, live or test, decides which data it sees.",
                }
            },
        },
    }
