"""The OpenAPI document, made from the endpoints' signatures and models.

`python -m tools.openapi --write` puts it where the API serves it from; a test says when that is out of date.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal.entry.document import SERVER
from eal.events import CATALOGUE
from tools.openapi import errors, operations, parameters, schemas, webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.entry.route import Route
    from tools.openapi.schemas import Node

PREFIX = "/v1"


def render(document: Node) -> str:
    """The document as it is committed and served."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def build(routes: Sequence[Route]) -> Node:
    """The document of these endpoints and of all events.

    Raises: ValueError where two endpoints or two models have the same name.
    """
    models, components = schemas.of_routes(routes)
    responses: dict[str, Node] = {}
    paths: dict[str, Node] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        methods = paths.setdefault(route.path.removeprefix(PREFIX), {})
        if route.method.lower() in methods:
            raise ValueError(f"two endpoints answer {route.name}")
        methods[route.method.lower()] = operations.of_route(route, models, responses)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Expert AI Labs API",
            "version": "v1",
            "description": "Programmatic access to the orchestration layer. Authenticate with a per-tenant API key, "
            "work in JSON, get webhooks for everything that matters.",
        },
        "servers": [{"url": SERVER}],
        "tags": [{"name": tag} for tag in sorted({route.tag for route in routes} | {"events"})],
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
