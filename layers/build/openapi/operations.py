"""The part of the OpenAPI document that the dashboard needs: each operation's route, scope, parameters and fields.

The dashboard derives its forms from it, so a form has the fields, choices and limits of the API's models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.build.openapi import Node

_LIMITS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "maxItems": "max_items",
    "default": "default",
    "format": "format",
}
_MAX_DEPTH = 6


def operations(document: Node) -> dict[str, Node]:
    """The operations that a member of an organization can call, by id. Receivers of vendors are omitted."""
    found = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not path.startswith("/inbound/"):
                found[operation["operationId"]] = _operation(document, method, path, operation)
    return found


def _operation(document: Node, method: str, path: str, operation: Node) -> Node:
    parameters = [resolved(document, parameter) for parameter in operation.get("parameters", [])]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    scopes = [
        scope
        for requirement in operation.get("security", [])
        for given in requirement.values()
        for scope in given
    ]
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "scope": scopes[0] if scopes else None,
        "query": {
            parameter["name"]: spec_of(document, parameter["schema"]) | _described(parameter)
            for parameter in parameters
            if parameter["in"] == "query"
        },
        "ids": {
            parameter["name"]: parameter["example"].rpartition("_")[0]
            for parameter in parameters
            if parameter["in"] == "path" and "_" in parameter.get("example", "")
        },
        "if_match": any(parameter["name"] == "If-Match" for parameter in parameters),
        "reauthenticates": "reauthentication_required" in str(operation["responses"].get("403", "")),
        "body": spec_of(document, body)["fields"] if body and "fields" in spec_of(document, body) else {},
    }


def _described(parameter: Node) -> Node:
    return {"description": parameter["description"]} if "description" in parameter else {}


def spec_of(document: Node, schema: Node, depth: int = 0) -> Node:
    """A field as a form needs it: its type, whether null is a value, choices, limits, and the fields of an object."""
    schema = resolved(document, schema)
    choices = [resolved(document, choice) for choice in schema.get("anyOf", [])]
    values = [choice for choice in choices if choice.get("type") != "null"]
    if len(values) == 1:
        schema = {**values[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
    field: Node = {"type": schema.get("type", "any")}
    if len(choices) > len(values):
        field["nullable"] = True
    if "enum" in schema:
        field["enum"] = schema["enum"]
    if "description" in schema:
        field["description"] = schema["description"]
    field |= {ours: schema[theirs] for theirs, ours in _LIMITS.items() if schema.get(theirs) is not None}
    if depth < _MAX_DEPTH and schema.get("type") == "array":
        field["items"] = spec_of(document, schema.get("items", {}), depth + 1)
    if depth < _MAX_DEPTH and "properties" in schema:
        required = schema.get("required", [])
        field["fields"] = {
            name: spec_of(document, member, depth + 1) | ({"required": True} if name in required else {})
            for name, member in schema["properties"].items()
        }
    return field


def resolved(document: Node, node: Node) -> Node:
    """The node behind `$ref`, with the members that stand beside the reference."""
    if "$ref" not in node:
        return node
    target = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return {**resolved(document, target), **{key: value for key, value in node.items() if key != "$ref"}}
