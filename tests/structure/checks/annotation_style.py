"""One style of annotations: nothing is quoted, and imports for types alone go with the __future__ import."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.structure.checks.imports import imports
from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

FOLDERS = ("layers", "functions", "tests", "tools")


def faults(project: Project) -> Iterator[str]:
    for folder in FOLDERS:
        for path, tree in project.modules(folder):
            found = imports(tree)
            postponed = any(imported.module == "__future__.annotations" for imported in found)
            if _is_endpoint(path):
                if postponed:
                    yield f"{path}: remove the __future__ import, these annotations are read at run time"
            elif path.endswith("/wire.py"):
                if not postponed:
                    yield f"{path}: add `from __future__ import annotations`, the built layer reads none of these"
            elif not postponed and any(imported.for_types_only for imported in found):
                yield f"{path}: add `from __future__ import annotations`, it imports names for types alone"
            for line in sorted(_quoted(tree)):
                yield f"{path}:{line}: remove the quotes around the annotation"


def _is_endpoint(path: str) -> bool:
    return path.startswith("functions/") and not path.startswith("functions/workers/")


def _quoted(tree: ast.Module) -> Iterator[int]:
    for node in nodes(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation):
                yield from _quotes_in(annotation)
            case ast.AnnAssign(annotation=annotation):
                yield from _quotes_in(annotation)
            case ast.FunctionDef(returns=ast.expr() as returns):
                yield from _quotes_in(returns)
            case _:
                pass


def _quotes_in(annotation: ast.expr) -> Iterator[int]:
    """Lines with a text that is a type: not a value of a Literal, and not what Annotated adds."""
    match annotation:
        case ast.Constant(value=str()):
            yield annotation.lineno
        case ast.Subscript(value=ast.Name(id="Literal")):
            return
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[annotated, *_])):
            yield from _quotes_in(annotated)
        case _:
            for child in ast.iter_child_nodes(annotation):
                if isinstance(child, ast.expr):
                    yield from _quotes_in(child)
