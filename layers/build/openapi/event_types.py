"""The schema and example of each event type, which `GET /v1/webhooks/event-types` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layers.build.openapi import Node


def event_types(document: Node) -> Node:
    """The types by name. References in a schema are resolved, because a customer reads it without the document."""
    types = {}
    for name, webhook in document["webhooks"].items():
        content = webhook["post"]["requestBody"]["content"]["application/json"]
        types[name] = {
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **_resolved(content["schema"], document),
                "title": name,
            },
            "example": content["examples"][name]["value"],
        }
    return types


def _resolved(node: Any, document: Node) -> Any:
    """The schema with all references replaced by their targets."""
    if isinstance(node, list):
        return [_resolved(member, document) for member in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = document["components"]["schemas"][node["$ref"].rpartition("/")[2]]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return {key: _resolved(value, document) for key, value in node.items()}
