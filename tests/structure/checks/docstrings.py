"""Docstrings begin with their subject, and loop variables have the name of their item (docs/style.md)."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

FOLDERS = ("layers", "functions", "tests", "tools")
FRAGMENT = re.compile(r"(Of|The same|As above|As below|What)\b")
"""Beginnings that need the line above, which hover help and generated documentation do not show."""


def faults(project: Project) -> Iterator[str]:
    for folder in FOLDERS:
        for path, tree in project.modules(folder):
            yield from _fragments(path, tree)
            yield from _loops(path, tree)


def _fragments(path: str, tree: ast.Module) -> Iterator[str]:
    """A text that is a statement is a docstring: that of a module, class or function, or of the constant above it."""
    for node in nodes(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))) if found := FRAGMENT.match(text.lstrip()):
                yield f"{path}:{node.lineno}: the docstring begins with '{found[1]}': begin with its subject"
            case _:
                pass


def _loops(path: str, tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            for name in ast.walk(node.target):
                if isinstance(name, ast.Name) and name.id == "one":
                    yield f"{path}:{name.lineno}: rename the loop variable 'one' after its item"
