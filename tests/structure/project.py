"""The tree to check: the repository, or a copy that a test has broken."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import pytest

from tools.fixtures.template import MAIN, NESTED, ROOT, Route, joined, parse, routes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PAGES = ("alert_link/", "review_link/", "unsubscribe/")
"""The folders of functions that return pages for people (`eal.entry.http.public_page`) and are no part of the API."""


@dataclass(frozen=True)
class Project:
    root: Path

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Each template by itself: path to content."""
        return {path: _template((self.root / path).read_text()) for path in (MAIN, *NESTED.values())}

    @cached_property
    def template(self) -> dict[str, Any]:
        """All templates joined."""
        return joined(self.templates)

    @cached_property
    def folders(self) -> list[str]:
        """`leads/create` for each functions/leads/create/app.py."""
        functions = self.root / "functions"
        return sorted(path.parent.relative_to(functions).as_posix() for path in functions.rglob("app.py"))

    @cached_property
    def _by_type(self) -> dict[str, dict[str, dict[str, Any]]]:
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for name, resource in self.template["Resources"].items():
            found.setdefault(resource["Type"], {})[name] = resource.get("Properties", {})
        return found

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of one type: logical id to properties."""
        return self._by_type.get(kind, {})

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        return self.resources("AWS::Serverless::Function")

    def folder_of(self, logical_id: str) -> str:
        return str(self.functions[logical_id]["CodeUri"]).removeprefix("functions/")

    @cached_property
    def routes(self) -> dict[str, list[Route]]:
        """The routes of each function that has any: logical id to routes."""
        return routes_of(self.template)

    @cached_property
    def endpoints(self) -> dict[str, Route]:
        """The route of each endpoint function, without receivers, the catch-all and the pages."""
        return {
            logical_id: routes[0]
            for logical_id, routes in self.routes.items()
            if not self.folder_of(logical_id).startswith(("inbound/", "unknown_route/", *PAGES))
        }

    @cached_property
    def pages(self) -> dict[str, Route]:
        """The first route of each function whose response is a page for people."""
        return {
            logical_id: routes[0]
            for logical_id, routes in self.routes.items()
            if self.folder_of(logical_id).startswith(PAGES)
        }

    def constant(self, module: str, name: str) -> Any:
        """The literal that a module assigns to a name, read from its source.

        Raises: LookupError if the module has no such assignment.
        """
        for node in _parsed((self.root / module).read_text()).body:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=assigned)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=assigned), value=ast.expr() as value)
                ) if assigned == name:
                    return ast.literal_eval(value)
                case _:
                    pass
        raise LookupError(f"{module} assigns no literal to {name}")

    def modules(self, folder: str) -> Iterator[tuple[str, ast.Module]]:
        """(path from the root, syntax tree) of each Python file below a folder."""
        for path in sorted((self.root / folder).rglob("*.py")):
            yield path.relative_to(self.root).as_posix(), _parsed(path.read_text())


@cache
def _template(text: str) -> dict[str, Any]:
    """Cached, because a broken copy shares all templates but one with the tree. Checks do not change it."""
    return parse(text)


@cache
def _parsed(source: str) -> ast.Module:
    """Cached, because a broken copy shares all files but one with the tree. Checks do not change it."""
    return ast.parse(source)


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a tree, itself first."""
    return tuple(ast.walk(tree))


HERE = Project(ROOT)


def report(faults: Iterable[str]) -> None:
    """Fail with the sentences that say what to add or change, if there are any."""
    if found := list(faults):
        pytest.fail("\n".join(found), pytrace=False)


def referred(value: object) -> str | None:
    """The logical id in `!Ref X`, `!GetAtt X.Arn` and `!Sub "${X.Arn}…"`."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        return str(value["Fn::GetAtt"]).partition(".")[0]
    if isinstance(value.get("Fn::Sub"), str):
        return str(value["Fn::Sub"]).partition("${")[2].partition("}")[0].partition(".")[0]
    return None


def listed(value: object) -> list[Any]:
    """CloudFormation accepts a single value instead of a list of one."""
    return value if isinstance(value, list) else [value]


def text_arguments(tree: ast.Module, method: str) -> Iterator[tuple[ast.Call, str | None]]:
    """Calls `….method("text", …)` with their first argument, or None if it is not a literal string."""
    for node in nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            first = node.args[0] if node.args else None
            yield (
                node,
                first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None,
            )
