"""Validation of responses against the OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from eal.entry.http import openapi

if TYPE_CHECKING:
    from tests.support.http import ApiResponse

type Node = dict[str, Any]


@cache
def _document() -> Node:
    found: Node = json.loads(openapi.text())
    found["components"]["schemas"] = {
        name: schema if name == "Error" else closed(schema)
        for name, schema in found["components"]["schemas"].items()
    }
    return found


def closed(node: Any) -> Any:
    """The schema without undocumented fields. Clients must accept such fields, but our responses must not have them."""
    if isinstance(node, list):
        return [closed(child) for child in node]
    if not isinstance(node, dict):
        return node
    named = {key: closed(value) for key, value in node.items()}
    if "properties" in named and "additionalProperties" not in named:
        named["additionalProperties"] = False
    return named


def check(method: str, path: str, response: ApiResponse) -> None:
    """Fail if the operation does not document this status, these headers or this body."""
    operation = _document()["paths"][path.removeprefix("/v1")][method.lower()]
    assert str(response.status) in operation["responses"], (
        f"{method} {path} does not document {response.status}"
    )
    described = _resolved(operation["responses"][str(response.status)])
    unneeded = {"Idempotent-Replayed", "Retry-After", "Deprecation", "Sunset"}
    if _lacks_version(response):
        unneeded.add("ETag")
        assert "ETag" not in response.headers
    for name in described["headers"]:
        if name not in unneeded:
            assert name in response.headers, f"{method} {path} documents {name} for {response.status}"
    for name, value in response.headers.items():
        if name in described["headers"]:
            _validator(json.dumps(_resolved(described["headers"][name])["schema"])).validate(value)
    content = described.get("content")
    assert bool(content) == bool(response.text)
    if content:
        ((media_type, document),) = content.items()
        assert response.headers["Content-Type"] == f"{media_type}; charset=utf-8"
        sent = response.json if media_type.endswith("json") else response.text
        _validator(json.dumps(document["schema"])).validate(sent)


def _lacks_version(response: ApiResponse) -> bool:
    """Whether the version is null, as that of what will be extracted from a claim."""
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return False
    return isinstance(response.json, dict) and response.json.get("version", "none is documented") is None


def _resolved(node: Node) -> Node:
    while "$ref" in node:
        target = _document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": _document()["components"]})
