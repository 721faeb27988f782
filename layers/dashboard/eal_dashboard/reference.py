"""The API reference: what `layers/build` derives from the OpenAPI document for people to read.

The file is large, so only the pages of the reference read it, once in a process.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Required, TypedDict

from eal_dashboard.operations import OPERATIONS, Spec
from eal_dashboard.page import PARAMETER
from eal_dashboard.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eal_dashboard.operations import Json

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Methods in their order at one path."""
_PLACES = {"Path parameters": "path", "Query parameters": "query", "Headers": "header"}
_CONVENTION = re.compile(r"\*\*(.+?)\.\*\* (.+)", re.DOTALL)


class Parameter(Spec, total=False):
    """A parameter outside the body. `place` is `path`, `query` or `header`."""

    name: Required[str]
    place: Required[str]
    example: str


class Problem(TypedDict):
    """An error code of a response."""

    status: int
    code: str
    meaning: str


@dataclass(frozen=True)
class Described:
    """An operation as the reference shows it, beside what operations.json has of it."""

    tag: str
    description: str
    parameters: list[Parameter]
    body: str | None
    """The name of a model, as `response`."""
    example: Json | None
    status: int
    content_type: str
    response: str | None
    response_example: Json | None
    errors: list[str]
    takes_keys: bool
    """Whether a program can call it. What only the dashboard's sessions may call has no sample."""


@dataclass(frozen=True)
class ReferenceRow:
    """A field or parameter, with the fields inside it."""

    name: str
    path: str
    """Dotted from the body on: `address.city`."""
    type: str
    is_required: bool
    description: str
    limits: tuple[str, ...]
    choices: tuple[str, ...]
    children: tuple[ReferenceRow, ...]


@dataclass(frozen=True)
class Reference:
    introduction: str
    tags: dict[str, str]
    operations: dict[str, Described]
    models: dict[str, dict[str, Spec]]
    errors: dict[str, list[Problem]]

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The operations of each tag, by path."""

        def place(name: str) -> tuple[str, int]:
            operation = OPERATIONS[name]
            return operation.path, _METHODS.index(operation.method)

        names = sorted(self.operations, key=place)
        return {tag: [name for name in names if self.operations[name].tag == tag] for tag in self.tags}

    @property
    def conventions(self) -> list[tuple[str, str]]:
        """Rules for every operation: title and text of each paragraph of the introduction that has a title."""
        found = (_CONVENTION.fullmatch(text) for text in self.introduction.split("\n\n"))
        return [(match[1], match[2]) for match in found if match]

    def fields(self, model: str | None) -> tuple[ReferenceRow, ...]:
        return rows(self.models[model]) if model else ()

    def parameters(self, name: str) -> dict[str, list[ReferenceRow]]:
        """The operation's parameters outside the body, by their place."""
        return {
            title: [
                _row(parameter["name"], parameter, parameter["name"])
                for parameter in self.operations[name].parameters
                if parameter["place"] == place
            ]
            for title, place in _PLACES.items()
        }

    def problems(self, name: str) -> list[Problem]:
        return [error for key in self.operations[name].errors for error in self.errors[key]]

    def search(self, text: str) -> list[str]:
        """The operations that have every word, best first: in their name, then in their path, then in their text."""
        words = text.lower().split()
        found = []
        for name, described in self.operations.items():
            operation = OPERATIONS[name]
            places = (
                f"{operation.summary} {name}".lower(),
                f"{operation.method} {operation.path} {described.tag}".lower(),
                f"{described.description} {' '.join(described.errors)}".lower(),
            )
            ranks = [
                next((rank for rank, place in enumerate(places) if word in place), None) for word in words
            ]
            if words and None not in ranks:
                found.append((sum(rank for rank in ranks if rank), operation.path, name))
        return [name for _, _, name in sorted(found)]

    def sample(self, name: str, api_url: str) -> Sample:
        """The request with the values of the document's examples."""
        operation, described = OPERATIONS[name], self.operations[name]
        values = {
            part["name"]: str(part.get("example") or part.get("enum", ["…"])[0])
            for part in described.parameters
        }
        return Sample(
            method=operation.method,
            url=api_url + PARAMETER.sub(lambda match: values[match[1]], operation.path),
            body=described.example,
            has_key=operation.scope is not None,
            is_repeatable=any(part["name"] == "Idempotency-Key" for part in described.parameters),
            is_json=described.content_type.endswith("json"),
            is_empty=not described.content_type,
        )


@cache
def load() -> Reference:
    content = json.loads(Path(__file__).with_name("reference.json").read_text(encoding="utf-8"))
    operations = {name: Described(**described) for name, described in content.pop("operations").items()}
    return Reference(operations=operations, **content)


def rows(fields: Mapping[str, Spec], above: str = "") -> tuple[ReferenceRow, ...]:
    """The fields of an object, those that are required first."""
    ordered = sorted(fields.items(), key=lambda item: not item[1].get("required"))
    return tuple(_row(name, spec, f"{above}{name}") for name, spec in ordered)


def _row(name: str, spec: Spec, path: str) -> ReferenceRow:
    inner = spec
    while "items" in inner and "fields" not in inner:
        inner = inner["items"]
    return ReferenceRow(
        name=name,
        path=path,
        type=type_of(spec),
        is_required=bool(spec.get("required")),
        description=spec.get("description", ""),
        limits=tuple(_limits(spec)),
        choices=tuple(str(choice) for choice in inner.get("enum", ())),
        children=rows(inner.get("fields", {}), f"{path}."),
    )


def type_of(spec: Spec) -> str:
    """`array of strings or null`."""
    if spec["type"] == "array":
        items = type_of(spec["items"]) if "items" in spec else "any"
        text = f"array of {items}"
    else:
        text = f"{spec['type']} ({spec['format']})" if "format" in spec else spec["type"]
    return f"{text} or null" if spec.get("nullable") else text


def _limits(spec: Spec) -> Iterator[str]:
    least, most = spec.get("minimum"), spec.get("maximum")
    if least is not None and most is not None:
        yield f"{least:,g} to {most:,g}"
    elif least is not None:
        yield f"at least {least:,g}"
    elif most is not None:
        yield f"at most {most:,g}"
    shortest, longest = spec.get("min_length", 0), spec.get("max_length")
    if longest is not None:
        yield f"{shortest:,} to {longest:,} characters" if shortest else f"at most {longest:,} characters"
    if "max_items" in spec:
        yield f"at most {spec['max_items']:,} items"
    default = spec.get("default")
    if default is not None and default not in ([], {}, ""):
        yield f"default {json.dumps(default, ensure_ascii=False)}"
