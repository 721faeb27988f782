"""Retired words: docs/glossary.md has one word for one thing, and no name may use a retired one."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

RETIRED = {
    "Place": "slot, key, object key or origin",
    "Due": "the message, or the due item",
    "Few": "Entry",
    "Told": "the event, parsed",
    "Whole": "the record",
    "Heard": "MentionIndex",
    "CameNoFurther": "ImportStalled",
    "take_place": "acquire_slot",
    "give_back": "release_slot",
    "work_last": "work_final_attempt",
    "bill": "record_subscription",
    "few": "paginate_in_memory",
    "ask": "request or enqueue",
}
"""Full names, with their replacement."""
RETIRED_WORDS = {"told", "asked", "heard", "standing", "afresh", "anew"}
"""Words within a name, between underscores."""
STORED = {"asked_sha256"}
"""Names of stored attributes, which cannot change."""
RETIRED_LIMITS = re.compile(r"_?(MOST|LONGEST|LARGEST)(_|$)|.*_AT_MOST$")
"""A limit is MAX_… with its unit."""
FOLDERS = ("layers", "functions", "tests", "tools")


def faults(project: Project) -> Iterator[str]:
    for folder in FOLDERS:
        for path, tree in project.modules(folder):
            yield from _module_name(path)
            for name, line in sorted(set(_names(tree))):
                if advice := _advice(name):
                    yield f"{path}:{line}: rename {name}, a retired word (docs/glossary.md): {advice}"


def _module_name(path: str) -> Iterator[str]:
    name = path.rpartition("/")[2].removesuffix(".py")
    if path.startswith(("layers", "functions")) and name.startswith("test_"):
        yield f"{path} is product code with the name of a test: rename it"
    if advice := _advice(name):
        yield f"{path}: rename it, because its name is a retired word (docs/glossary.md): {advice}"


def _advice(name: str) -> str | None:
    if name in STORED:
        return None
    if RETIRED_LIMITS.match(name):
        return "MAX_… with its unit"
    if retired := RETIRED_WORDS & set(name.lower().split("_")):
        return f"use a name without '{min(retired)}'"
    return RETIRED.get(name.lstrip("_"))


def _names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, line) of the names that a module binds: definitions, parameters, assignments and aliases."""
    for node in nodes(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno
            case _:
                pass
