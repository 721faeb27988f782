"""The part of the OpenAPI document that the dashboard's API reference shows: texts, fields, examples and errors.

The routes, scopes and summaries are in operations.json, which every page needs. Only the reference reads this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.build.openapi.operations import resolved, spec_of

if TYPE_CHECKING:
    from layers.build.openapi import Node


def reference(document: Node) -> Node:
    """The introduction, the tags, the operations, and once each: the models of their bodies and their errors."""
    models: dict[str, Node] = {}
    errors: dict[str, list[Node]] = {}
    found: dict[str, Node] = {}
    for path, item in document["paths"].items():
        for operation in item.values():
            if not path.startswith("/inbound/"):
                found[operation["operationId"]] = _operation(document, operation, models, errors)
    used = {operation["tag"] for operation in found.values()}
    return {
        "introduction": document["info"]["description"],
        "tags": {tag["name"]: tag["description"] for tag in document["tags"] if tag["name"] in used},
        "operations": found,
        "models": models,
        "errors": errors,
    }


def _operation(
    document: Node, operation: Node, models: dict[str, Node], errors: dict[str, list[Node]]
) -> Node:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    # Next to another success, 200 is the response to a request that creates nothing.
    successes = sorted(key for key in operation["responses"] if key.startswith("2"))
    status = next((key for key in successes if key != "200"), "200")
    success = operation["responses"][status]
    contents: dict[str, Node] = success.get("content", {})
    content_type = next(iter(contents), "")
    returned = contents.get(content_type, {})
    parameters = [resolved(document, parameter) for parameter in operation["parameters"]]
    return {
        "tag": operation["tags"][0],
        "description": operation["description"],
        "parameters": [_parameter(document, parameter) for parameter in parameters],
        "body": _model(document, sent, models),
        "example": sent.get("example"),
        "status": int(status),
        "content_type": content_type,
        "response": _model(document, returned, models),
        "response_example": returned.get("example"),
        "errors": [
            _error(document, key, response, operation["operationId"], errors)
            for key, response in operation["responses"].items()
            if int(key) >= 400
        ],
        "takes_keys": not operation["security"]
        or any("bearer" in requirement for requirement in operation["security"]),
    }


def _parameter(document: Node, parameter: Node) -> Node:
    shown = {
        "name": parameter["name"],
        "place": parameter["in"],
        **spec_of(document, parameter["schema"]),
    }
    if parameter.get("required"):
        shown["required"] = True
    return shown | {key: parameter[key] for key in ("description", "example") if key in parameter}


def _model(document: Node, content: Node, models: dict[str, Node]) -> str | None:
    """The name of the body's model, whose fields are kept once in `models`. None for a body without fields."""
    schema = content.get("schema", {})
    fields = spec_of(document, schema).get("fields") if schema else None
    if not fields:
        return None
    name: str = schema.get("$ref", "").rpartition("/")[2] or resolved(document, schema)["title"]
    models[name] = fields
    return name


def _error(document: Node, status: str, response: Node, operation: str, errors: dict[str, list[Node]]) -> str:
    """The name of the response, whose error codes are kept once in `errors`.

    Each paragraph of its description is a code with its meaning, as errors.py writes them.
    """
    name = response.get("$ref", "").rpartition("/")[2] or f"{status}.{operation}"
    lines = resolved(document, response)["description"].split("\n\n")
    errors[name] = [
        {"status": int(status), "code": code.strip("`"), "meaning": meaning}
        for code, _, meaning in (line.partition(": ") for line in lines)
    ]
    return name
