"""Validation of responses against the OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from eal.entry.http import openapi

if TYPE_CHECKING:
    from tests.support.http import Answer

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


def check(method: str, path: str, answer: Answer) -> None:
    """Fail if the operation does not document this status, these headers or this body."""
    operation = _document()["paths"][path.removeprefix("/v1")][method.lower()]
    assert str(answer.status) in operation["responses"], f"{method} {path} does not document {answer.status}"
    response = _resolved(operation["responses"][str(answer.status)])
    unneeded = {"Idempotent-Replayed", "Retry-After", "Deprecation", "Sunset"}
    if _lacks_version(answer):
        unneeded.add("ETag")
        assert "ETag" not in answer.headers
    for name in response["headers"]:
        if name not in unneeded:
            assert name in answer.headers, f"{method} {path} documents {name} for {answer.status}"
    for name, value in answer.headers.items():
        if name in response["headers"]:
            _validator(json.dumps(_resolved(response["headers"][name])["schema"])).validate(value)
    content = response.get("content")
    assert bool(content) == bool(answer.text)
    if content:
        ((media_type, described),) = content.items()
        assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
        sent = answer.json if media_type.endswith("json") else answer.text
        _validator(json.dumps(described["schema"])).validate(sent)


def _lacks_version(answer: Answer) -> bool:
    """Whether the version is null, as that of what will be extracted from a claim."""
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return False
    return isinstance(answer.json, dict) and answer.json.get("version", "none is documented") is None


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
