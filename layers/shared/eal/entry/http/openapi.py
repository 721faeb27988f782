"""The OpenAPI document as it is served, and the routes that it names."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from eal.core.json import Json

PATH = Path(__file__).with_name("openapi.json")
SERVER = "/api/v1"
METHODS = ("get", "put", "post", "delete", "patch")


@cache
def text() -> str:
    return PATH.read_text(encoding="utf-8")


@cache
def routes() -> dict[str, frozenset[str]]:
    """The methods of each path; paths as in the document, without the server's part."""
    document = cast("dict[str, dict[str, dict[str, Json]]]", json.loads(text()))
    return {
        path: frozenset(method.upper() for method in operations if method in METHODS)
        for path, operations in document["paths"].items()
    }


def methods_of(path: str) -> frozenset[str]:
    """The methods that a request's path takes, with or without the stage before it; none for an unknown path.

    Of two paths that fit, the more literal one counts, as in API Gateway.
    """
    versioned = path.removeprefix("/api")
    if not versioned.startswith("/v1/"):
        return frozenset()
    parts = versioned.removeprefix("/v1").split("/")
    fitting = [template for template in routes() if _matches(template.split("/"), parts)]
    if not fitting:
        return frozenset()
    return frozenset(routes()[min(fitting, key=lambda template: template.count("{"))])


def _matches(template: list[str], parts: list[str]) -> bool:
    return len(template) == len(parts) and all(
        (piece.startswith("{") and part != "") or piece == part
        for piece, part in zip(template, parts, strict=True)
    )
