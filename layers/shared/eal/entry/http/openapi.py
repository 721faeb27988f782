"""The OpenAPI document as it is served, and its routes."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import cast

from eal.core import settings

PATH = Path(__file__).with_name("openapi.json")
ROUTES = Path(__file__).with_name("routes.json")
"""The methods of each path, derived by `layers/build` because the document takes milliseconds to parse."""
SERVER = "/api/v1"
HOST = "expertailabs.ai"
"""The API's host in the document of the repository."""


@cache
def text() -> str:
    """The document as in the repository, with the API's own domain if the stack has one. In the layer it has no
    whitespace (Makefile).
    """
    document = PATH.read_text(encoding="utf-8")
    host = settings.api_host()
    return document.replace(f"https://{HOST}{SERVER}", f"https://{host}{SERVER}") if host else document


@cache
def etag() -> str:
    """A weak entity tag, because API Gateway compresses the document and then leaves the tag as it is."""
    return f'W/"{hashlib.sha256(text().encode()).hexdigest()[:16]}"'


@cache
def routes() -> dict[str, frozenset[str]]:
    """The methods of each path; paths as in the document, without the server's part."""
    methods = cast("dict[str, list[str]]", json.loads(ROUTES.read_text(encoding="utf-8")))
    return {path: frozenset(names) for path, names in methods.items()}


def methods_of(path: str) -> frozenset[str]:
    """The methods of a request's path; none for an unknown path.

    If two paths match, the more literal one applies, as in API Gateway.
    """
    if not path.startswith("/v1/"):
        return frozenset()
    parts = path.removeprefix("/v1").split("/")
    fitting = [template for template in routes() if _matches(template.split("/"), parts)]
    if not fitting:
        return frozenset()
    return frozenset(routes()[min(fitting, key=lambda template: template.count("{"))])


def _matches(template: list[str], parts: list[str]) -> bool:
    return len(template) == len(parts) and all(
        (piece.startswith("{") and part != "") or piece == part
        for piece, part in zip(template, parts, strict=True)
    )
