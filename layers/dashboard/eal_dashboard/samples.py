"""A request to the API as a program sends it: with curl, Node and Python.

Each sample runs as it stands, with nothing to install: Node has fetch, and Python's standard library is enough. The key
comes from the environment, so that nobody copies one into a file.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal_dashboard.operations import Json

KEY = "EAL_API_KEY"
"""The environment variable with the key."""
_INDENT = 4


@dataclass(frozen=True)
class Sample:
    """A request. `body` is None if it has none; `is_json` says what a success returns."""

    method: str
    url: str
    body: Json | None = None
    has_key: bool = True
    is_repeatable: bool = False
    """Whether an Idempotency-Key makes repeating it safe."""
    is_json: bool = True
    is_empty: bool = False
    """Whether a success has no body."""


def export(mode: str) -> str:
    """The line of a shell that sets the key, of the mode that the page shows."""
    return f"export {KEY}=eal_{mode}_…"


def curl(sample: Sample) -> str:
    method = "" if sample.method == "GET" else f"--request {sample.method} "
    parts = [f"curl --fail-with-body {method}".strip(), _quoted(sample.url)]
    if sample.has_key:
        parts.append(f'--header "Authorization: Bearer ${KEY}"')
    if sample.is_repeatable:
        parts.append('--header "Idempotency-Key: $(openssl rand -hex 16)"')
    if sample.body is not None:
        parts.append('--header "Content-Type: application/json"')
        parts.append(f"--data {shlex.quote(_json(sample.body).replace('\n', '\n  '))}")
    return " \\\n  ".join(parts)


def node(sample: Sample) -> str:
    """The sample in JavaScript for a module (`.mjs`), which may await at its top."""
    headers = []
    if sample.has_key:
        headers.append(f"Authorization: `Bearer ${{process.env.{KEY}}}`,")
    if sample.is_repeatable:
        headers.append('"Idempotency-Key": crypto.randomUUID(),')
    if sample.body is not None:
        headers.append('"Content-Type": "application/json",')
    options = [] if sample.method == "GET" else [f'method: "{sample.method}",']
    if headers:
        options += ["headers: {", *(f"  {line}" for line in headers), "},"]
    if sample.body is not None:
        options.append(f"body: JSON.stringify({_json(sample.body)}),")
    address = json.dumps(sample.url)
    call = f"{address}, {{\n{_indented(options, 2)}\n}}" if options else address
    lines = [
        f"const response = await fetch({call});",
        "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);",
    ]
    if not sample.is_empty:
        lines.append(f"console.log(await response.{'json' if sample.is_json else 'text'}());")
    return "\n".join(lines)


def python(sample: Sample) -> str:
    imports = {"urllib.request"} | ({"os"} if sample.has_key else set())
    headers = []
    if sample.has_key:
        headers.append(f'"Authorization": f"Bearer {{os.environ[\'{KEY}\']}}",')
    if sample.is_repeatable:
        imports.add("uuid")
        headers.append('"Idempotency-Key": str(uuid.uuid4()),')
    if sample.body is not None:
        headers.append('"Content-Type": "application/json",')
    arguments = [f"{json.dumps(sample.url)},"]
    if sample.method != "GET":
        arguments.append(f'method="{sample.method}",')
    if headers:
        arguments += ["headers={", *(f"    {line}" for line in headers), "},"]
    if sample.body is not None:
        arguments.append(f"data=json.dumps({_literal(sample.body)}).encode(),")
    if sample.body is not None or (sample.is_json and not sample.is_empty):
        imports.add("json")
    shown = "response.status" if sample.is_empty else "json.load(response)"
    if not sample.is_empty and not sample.is_json:
        shown = "response.read().decode()"
    return "\n".join(
        (
            *(f"import {name}" for name in sorted(imports)),
            "",
            f"request = urllib.request.Request(\n{_indented(arguments, _INDENT)}\n)",
            "with urllib.request.urlopen(request) as response:",
            f"    print({shown})",
        )
    )


LANGUAGES: dict[str, tuple[str, Callable[[Sample], str]]] = {
    "curl": ("curl", curl),
    "node": ("Node", node),
    "python": ("Python", python),
}


def _quoted(address: str) -> str:
    """The address for a shell. An address without special characters is easier to read in double quotes."""
    return f'"{address}"' if not set(address) & set('"\\$`!') else shlex.quote(address)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _literal(value: object, depth: int = 0) -> str:
    """A value of JSON as Python writes it: `True`, `None`."""
    inner, outer = " " * _INDENT * (depth + 1), " " * _INDENT * depth
    if isinstance(value, dict) and value:
        lines = (
            f"{inner}{json.dumps(key)}: {_literal(member, depth + 1)},\n" for key, member in value.items()
        )
        return "{\n" + "".join(lines) + outer + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{_literal(element, depth + 1)},\n" for element in value) + outer + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _indented(lines: list[str], spaces: int) -> str:
    return "\n".join(" " * spaces + line for whole in lines for line in whole.split("\n"))
