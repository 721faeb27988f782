"""One template resource, sample event and test per function folder; top-level files; meaningful names."""

from __future__ import annotations

import keyword
from collections import Counter
from typing import TYPE_CHECKING

from tests.structure.checks.templates import HOMES
from tools.fixtures.template import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

TOP_LEVEL = {
    "template.yaml", "alarms.yaml", "functions", "layers", "events", "tests", "tools", "docs",
    "pyproject.toml", "Makefile", "samconfig.toml",
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE",
}  # fmt: skip
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
OF_ALL_FUNCTIONS = {"test_every_endpoint.py", "test_round_trips.py"}
"""Tests over all functions of the template, which belong to no single function."""


def logical_id(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.replace("/", "_").split("_"))


def faults(project: Project) -> Iterator[str]:
    yield from _names(project)
    yield from _empty_names(project)
    yield from _resources(project)
    yield from _companions(project)
    yield from _top_level(project)


def _names(project: Project) -> Iterator[str]:
    for folder in project.folders:
        parts = folder.split("/")
        if len(parts) != 2:
            yield f"functions/{folder} must be functions/<resource>/<action>"
        for part in parts:
            if not part.isidentifier() or part != part.lower() or (keyword.iskeyword(part)):
                yield f"functions/{folder}: rename '{part}' to a lower-case identifier"
        for path in sorted((project.root / "functions" / folder).iterdir()):
            if path.name not in ("app.py", "__pycache__"):
                yield f"functions/{folder} has {path.name}: a function folder has only app.py, move it to eal"


def _empty_names(project: Project) -> Iterator[str]:
    for top in ("functions", "layers", "tests", "tools"):
        for path in sorted((project.root / top).rglob("*.py")):
            for part in path.relative_to(project.root).with_suffix("").parts:
                if part in EMPTY_NAMES:
                    yield f"{path.relative_to(project.root)}: '{part}' has no meaning, name it after its content"


def _resources(project: Project) -> Iterator[str]:
    counts = Counter(project.folder_of(name) for name in project.functions)
    for folder in project.folders:
        if counts[folder] != 1:
            template = HOMES.get(folder.partition("/")[0], MAIN)
            yield (
                f"functions/{folder} has {counts[folder]} resources in {template}: "
                f"it needs exactly one, {logical_id(folder)}"
            )
    for name in project.functions:
        folder = project.folder_of(name)
        if folder not in project.folders:
            yield f"{name} has no functions/{folder}/app.py: add it, or remove the resource"
        elif name != logical_id(folder):
            yield f"rename {name} to {logical_id(folder)}, after functions/{folder}"


def _companions(project: Project) -> Iterator[str]:
    expected = {
        "events": {f"events/{folder}.json" for folder in project.folders},
        "tests/functions": {
            "tests/functions/{}/test_{}.py".format(*folder.rsplit("/", 1))
            for folder in project.folders
            if "/" in folder
        },
    }
    for top, names in expected.items():
        found = {
            path.relative_to(project.root).as_posix()
            for path in (project.root / top).rglob("*.*")
            if path.suffix in (".py", ".json") and path.name not in OF_ALL_FUNCTIONS
        }
        for name in sorted(names - found):
            yield f"add {name}: each function has one"
        for name in sorted(found - names):
            yield f"{name} belongs to no function: remove it, or name it after its function"


def _top_level(project: Project) -> Iterator[str]:
    for path in sorted(project.root.iterdir()):
        if path.name not in TOP_LEVEL and not path.name.startswith(".") and path.name != "__pycache__":
            yield f"{path.name} does not belong at the top level ({', '.join(sorted(TOP_LEVEL))}): move or remove it"
