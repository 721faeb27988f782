"""Requests to endpoint functions, through the Lambda event that API Gateway would send."""

from __future__ import annotations

import base64
import importlib.util
import json
import uuid
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tools.fixtures.template import ROOT, functions, routes_of
from tools.fixtures.template import template as joined_template

if TYPE_CHECKING:
    from types import ModuleType


@cache
def load_app(folder: str) -> ModuleType:
    """The module of `functions/<folder>/app.py`, as Lambda would import it."""
    path = ROOT / "functions" / folder / "app.py"
    spec = importlib.util.spec_from_file_location(f"functions.{folder.replace('/', '.')}.app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def routes() -> list[tuple[str, str, str]]:
    """(method, path template, folder) of every endpoint in the template, literal paths before parametrised ones."""
    folders = {
        name: properties["CodeUri"].removeprefix("functions/") for name, properties in functions().items()
    }
    found = [
        (method, path, folders[logical_id])
        for logical_id, of_function in routes_of(joined_template()).items()
        for method, path in of_function
    ]
    return sorted(found, key=lambda route: (route[1].count("{"), "{proxy+}" in route[1], route[1]))


def match(method: str, path: str) -> tuple[str, str, dict[str, str]]:
    """The folder, the path template and the path parameters of the function that receives the request.

    As in API Gateway, the most specific matching path decides. If it has no such method, no other path is used.
    """
    matched = ""
    for route_method, template, folder in routes():
        parameters = _parameters(template, path)
        if parameters is None or (matched and template != matched):
            continue
        matched = template
        if route_method in (method, "ANY"):
            return folder, template, parameters
    return "unknown_route/refuse", "/{proxy+}", {"proxy": path.lstrip("/")}


def _parameters(template: str, path: str) -> dict[str, str] | None:
    """The path's parameters if it matches the template, otherwise None."""
    pieces, parts = template.split("/"), path.split("/")
    if len(pieces) != len(parts) or "{proxy+}" in template:
        return None
    parameters = {}
    for piece, part in zip(pieces, parts, strict=True):
        if piece.startswith("{") and part:
            parameters[piece[1:-1]] = part
        elif piece != part:
            return None
    return parameters


def proxy_event(
    method: str,
    path: str,
    *,
    headers: dict[str, str] | None = None,
    body: str | bytes | None = None,
    ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """An API Gateway REST proxy event (payload format 1.0). `path` may have a query string.

    A body of bytes is in base64, as from our API, whose media types are all binary. A body of text is unchanged.
    """
    split = urlsplit(path)
    sent = {"Host": "api.example.com", **(headers or {})}
    _, template, parameters = match(method, split.path)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(split.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return {
        "resource": template,
        "path": split.path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "path": f"/api{split.path}",
            "identity": {"sourceIp": ip},
        },
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": isinstance(body, bytes),
    }


@dataclass(frozen=True, slots=True)
class ApiResponse:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> str:
        return str(self.json["error"]["code"])


def call(
    method: str,
    path: str,
    *,
    key: str | None = None,
    json_body: object = None,
    body: str | bytes | None = None,
    headers: dict[str, str] | None = None,
    ip: str = "203.0.113.7",
) -> ApiResponse:
    """Send a request to the function that the template routes it to."""
    sent = dict(headers or {})
    if key:
        sent.setdefault("Authorization", f"Bearer {key}")
    if json_body is not None:
        body = json.dumps(json_body)
    if body is not None:
        sent.setdefault("Content-Type", "application/json")
    folder = match(method, urlsplit(path).path)[0]
    event = proxy_event(
        method, path, headers=sent, body=body.encode() if isinstance(body, str) else body, ip=ip
    )
    response = load_app(folder).handler(event, None)
    return ApiResponse(response["statusCode"], response["headers"], response["body"])
