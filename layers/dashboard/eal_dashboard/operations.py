"""The operations of the API, as `layers/build` derives them from the OpenAPI document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Required, TypedDict

type Json = dict[str, Any]
"""A JSON object of the API. Templates read it; the API's own tests hold its shape."""

SCOPES = {
    "viewer": frozenset({"read"}),
    "member": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
    "owner": frozenset({"read", "write", "admin"}),
}
"""Scopes of each role. The API decides; the dashboard only hides what the API would refuse."""


class Spec(TypedDict, total=False):
    """A field of a request."""

    type: Required[str]
    nullable: bool
    required: bool
    enum: list[str]
    format: str
    description: str
    default: object
    minimum: float
    maximum: float
    min_length: int
    max_length: int
    max_items: int
    items: Spec
    fields: dict[str, Spec]


@dataclass(frozen=True)
class ApiOperation:
    method: str
    path: str
    summary: str
    scope: str | None
    query: dict[str, Spec]
    ids: dict[str, str]
    """The parameters of the path that are ids, with the ids' prefixes: `lead` for `lead_id`."""
    if_match: bool
    reauthenticates: bool
    body: dict[str, Spec]

    def is_allowed(self, role: str) -> bool:
        return self.scope is None or self.scope in SCOPES.get(role, ())

    def field(self, name: str) -> Spec:
        """The field of a dotted name, such as `address.city` or `steps.0.subject`. Raises: KeyError.

        A DELETE has its fields in the query. A member of an object that declares none is a text.
        """
        first, *rest = name.split(".")
        spec = self.query[first] if self.method == "DELETE" else self.body[first]
        for part in rest:
            members = spec.get("fields")
            if part.isdigit():
                spec = spec["items"]
            elif members is None:
                spec = {"type": "string"}
            else:
                spec = members[part]
        return spec


def load(path: Path) -> dict[str, ApiOperation]:
    """The operations of a derived file, by id."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return {name: ApiOperation(**members) for name, members in content.items()}


OPERATIONS = load(Path(__file__).with_name("operations.json"))
