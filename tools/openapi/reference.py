"""The part of the OpenAPI document that the dashboard's API reference shows: texts, fields, examples and errors.

The routes, scopes and summaries are in operations.json, which every page needs. Only the reference reads this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi import dashboard

if TYPE_CHECKING:
    from tools.openapi.schemas import Node

REFERENCE = dashboard.OPERATIONS.with_name("reference.json")


def reference(built: Node) -> Node:
    """The introduction, the tags, the operations, and once each: the models of their bodies and their errors."""
    models: dict[str, Node] = {}
    errors: dict[str, list[Node]] = {}
    found: dict[str, Node] = {}
    for path, item in built["paths"].items():
        for operation in item.values():
            if not path.startswith("/inbound/"):
                found[operation["operationId"]] = _operation(built, operation, models, errors)
    used = {operation["tag"] for operation in found.values()}
    return {
        "introduction": built["info"]["description"],
        "tags": {tag["name"]: tag["description"] for tag in built["tags"] if tag["name"] in used},
        "operations": found,
        "models": models,
        "errors": errors,
    }


def _operation(built: Node, operation: Node, models: dict[str, Node], errors: dict[str, list[Node]]) -> Node:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    status, success = next(
        (key, response) for key, response in operation["responses"].items() if key.startswith("2")
    )
    contents: dict[str, Node] = success.get("content", {})
    content_type = next(iter(contents), "")
    returned = contents.get(content_type, {})
    parameters = [dashboard.resolved(built, parameter) for parameter in operation["parameters"]]
    return {
        "tag": operation["tags"][0],
        "description": operation["description"],
        "parameters": [_parameter(built, parameter) for parameter in parameters],
        "body": _model(built, sent, models),
        "example": sent.get("example"),
        "status": int(status),
        "content_type": content_type,
        "response": _model(built, returned, models),
        "response_example": returned.get("example"),
        "errors": [
            _error(built, key, response, operation["operationId"], errors)
            for key, response in operation["responses"].items()
            if int(key) >= 400
        ],
        "takes_keys": not operation["security"]
        or any("bearer" in requirement for requirement in operation["security"]),
    }


def _parameter(built: Node, parameter: Node) -> Node:
    shown = {
        "name": parameter["name"],
        "place": parameter["in"],
        **dashboard.spec_of(built, parameter["schema"]),
    }
    if parameter.get("required"):
        shown["required"] = True
    return shown | {key: parameter[key] for key in ("description", "example") if key in parameter}


def _model(built: Node, content: Node, models: dict[str, Node]) -> str | None:
    """The name of the body's model, whose fields are kept once in `models`. None for a body without fields."""
    schema = content.get("schema", {})
    fields = dashboard.spec_of(built, schema).get("fields") if schema else None
    if not fields:
        return None
    name: str = schema.get("$ref", "").rpartition("/")[2] or dashboard.resolved(built, schema)["title"]
    models[name] = fields
    return name


def _error(built: Node, status: str, response: Node, operation: str, errors: dict[str, list[Node]]) -> str:
    """The name of the response, whose error codes are kept once in `errors`.

    Each paragraph of its description is a code with its meaning, as errors.py writes them.
    """
    name = response.get("$ref", "").rpartition("/")[2] or f"{status}.{operation}"
    lines = dashboard.resolved(built, response)["description"].split("\n\n")
    errors[name] = [
        {"status": int(status), "code": code.strip("`"), "meaning": meaning}
        for code, _, meaning in (line.partition(": ") for line in lines)
    ]
    return name
