"""Workers: an app.py parses its message and calls one function, and the message's class is in a `messages.py`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

MAX_APP_LINES = 45
BASES = {"TenantMessage", "ResourceEvent", "AttemptMessage"}


def faults(project: Project) -> Iterator[str]:
    for path, tree in project.modules("layers/shared/eal"):
        if not path.endswith("/messages.py"):
            yield from _messages(path, tree)
    for path, tree in project.modules("functions/workers"):
        yield from _loaded(path, tree)
        if (lines := len((project.root / path).read_text().splitlines())) > MAX_APP_LINES:
            yield f"{path} has {lines} lines, more than {MAX_APP_LINES}: move its work to the domain or to vendors"


def _messages(path: str, tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.ClassDef) and BASES & {ast.unparse(base) for base in node.bases}:
            yield f"{path}:{node.lineno} defines {node.name}, a message: move it to the messages.py of the folder"


def _loaded(path: str, tree: ast.Module) -> Iterator[str]:
    """A worker's messages that do not come from a `messages.py`."""
    homes = {
        alias.name: node.module or ""
        for node in nodes(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id="load"), args=[ast.Name(id=name), _]):
                if not homes.get(name, "").endswith(".messages"):
                    yield f"{path}:{node.lineno} loads {name}: move it to the messages.py next to what the worker calls"
            case _:
                pass
