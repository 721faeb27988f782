"""Names: a limit is MAX_… with its unit, and no product module looks like a test."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

OTHER_LIMITS = re.compile(r"_?(MOST|LONGEST|LARGEST)(_|$)|.*_AT_MOST$")
FOLDERS = ("layers", "functions", "tests", "tools")


def faults(project: Project) -> Iterator[str]:
    for folder in FOLDERS:
        for path, tree in project.modules(folder):
            name = path.rpartition("/")[2]
            if folder in ("layers", "functions") and name.startswith("test_"):
                yield f"{path} is product code with the name of a test: rename it"
            for limit, line in sorted(set(_limits(tree))):
                yield f"{path}:{line}: rename {limit}: a limit is MAX_… with its unit (docs/style.md)"


def _limits(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, line) of the limits that a module names in another way."""
    for node in nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and OTHER_LIMITS.match(node.id):
            yield node.id, node.lineno
