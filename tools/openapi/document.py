"""The OpenAPI document, generated from the signatures and models of the endpoints.

`python -m tools.openapi --write` writes the file that the API serves. A test fails if that file is out of date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from eal.core.events.catalogue import CATALOGUE
from eal.entry.http.openapi import HOST, SERVER
from tools.openapi import errors, operations, parameters, receivers, schemas, webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.entry.http.route import Route
    from tools.openapi.schemas import Node

PREFIX = "/v1"

_TAGS = {
    "api-keys": "Create, change, rotate and revoke keys to this API. Requires an admin key.",
    "audit-log": "Every change of a tenant's state and its author, kept for seven years, with cryptographic "
    "proofs.",
    "calls": "Phone calls from call trackers, with their transcripts and classifications.",
    "claims": "Documentation of insured losses: photos, notes and moisture readings, from which a scope is extracted, "
    "reviewed and signed off. Nothing is ever written to Xactimate.",
    "content": "Texts that the organization publishes: written by the AI from a brief, revised, reviewed, approved and "
    "published.",
    "dispatch": "What happens after a call, decided by rules that show what they saw.",
    "events": "The feed of all events. Webhooks receive the same events.",
    "inbound": "Receivers for the webhooks of vendors.",
    "integrations": "The connected vendors, with their settings, secrets and health.",
    "leads": "People who need work done. Capture and score them, move them from new to won, and push them "
    "to the CRM.",
    "meta": "The API's health and status, and its OpenAPI document.",
    "organizations": "The tenant: its settings, members, child organizations, and grants to its parent.",
    "outreach": "E-mail to leads and prospects: sequences, drafts, sent e-mails, replies and suppressions.",
    "prospects": "Companies and people to reach out to. Qualify them and convert them to leads.",
    "reviews": "What customers write at listing surfaces, requests for it, and the responses to it. Every customer is "
    "asked alike: no request depends on what the customer is expected to write.",
    "sessions": "The dashboard's credential: a member signs in, switches the organization or the mode, and signs out.",
    "webhooks": "Your endpoints for events, and the deliveries to them.",
}


def render(document: Node) -> str:
    """The text of a generated file, as committed and served."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _introduction() -> str:
    """The text that applies to every operation."""
    return schemas.paragraphs(Path(__file__).with_name("introduction.md").read_text(encoding="utf-8"))


def build(routes: Sequence[Route]) -> Node:
    """The document of these endpoints and of all events.

    Raises: ValueError if two endpoints or two models have the same name, or a tag has no description.
    """
    if undescribed := {route.tag for route in routes} - set(_TAGS):
        raise ValueError(
            f"add a description for these tags to tools/openapi/document.py: {', '.join(sorted(undescribed))}"
        )
    models, components = schemas.of_routes(routes)
    responses: dict[str, Node] = {}
    paths: dict[str, Node] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        methods = paths.setdefault(route.path.removeprefix(PREFIX), {})
        if route.method.lower() in methods:
            raise ValueError(f"two endpoints have the route {route.name}")
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
            {"url": f"https://{HOST}{SERVER}", "description": "Production"},
            {"url": SERVER, "description": "The host of this document"},
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
                    "description": "A tenant's API key. Each operation states the scope that it requires: admin "
                    "includes write, and write includes read. The key's mode, live or test, decides which "
                    "data it can access.",
                },
                "feedAddress": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "The token of the feed's public address. It reads this feed and nothing else.",
                },
                "session": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "eal_session_…",
                    "description": "A member's session, which only the dashboard uses. The member's role decides its "
                    "scope: viewer has read, member has write, admin and owner have admin. It ends after 60 minutes "
                    "without a request, and 12 hours after the sign-in.",
                },
            },
        },
    }
