"""Who may import whom (ARCHITECTURE, section 3), read from the syntax trees: imports under TYPE_CHECKING count too."""

from __future__ import annotations

import ast
import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.structure.project import Project

LAYER = {
    "errors": 0, "clock": 0, "ids": 0, "settings": 0, "aws": 0, "observe": 0, "wire": 0, "csv_cell": 0,
    "table": 1, "cursor": 1, "events": 1, "audit": 1, "secrets": 1, "signing": 1,
    "caller": 1, "listing": 1, "contact": 1, "outbound": 1, "provenance": 1,
    "keys": 2, "organizations": 2, "leads": 2, "calls": 2, "audit_log": 2, "integrations": 2, "webhooks": 2,
    "feed": 2,
    "health": 2, "statistics": 2, "prospects": 2, "lead_imports": 2, "outreach": 2, "messages": 2,
    "ai": 3, "vendors": 3,
    "entry": 4,
}  # fmt: skip
"""Each module or package of eal: a layer imports what is below it, and 0 and 1 their own layer too."""

PAIRS = {
    ("leads", "organizations"): "a lead inside the service area scores higher",
    ("leads", "ai"): "a lead's notes say what it needs: the scorer lets the rules engine read them",
    ("leads", "integrations"): "a lead is pushed to the tenant's CRM",
    ("lead_imports", "leads"): "rows become leads, with the checks of POST /v1/leads",
    ("prospects", "leads"): "a prospect is told of as a lead is, and becomes one",
    ("prospects", "organizations"): "a prospect inside the service area is worth more",
    ("statistics", "leads"): "what a lead counts for",
    ("statistics", "calls"): "what a call counts for",
    ("organizations", "keys"): "a new organization comes with its first admin key",
    ("organizations", "statistics"): "a parent's roll-up shows its children's counters",
    ("webhooks", "audit_log"): "an audit record is told as its GET shows it",
    ("webhooks", "feed"): "a test event is shown as the feed shows events",
    ("ai", "calls"): "engines judge transcripts and answer in the call's words",
    ("vendors", "calls"): "a tracker's webhook becomes a call",
    ("vendors", "leads"): "a form is read as a new lead's fields",
    ("vendors", "organizations"): "a subscription's webhook becomes the state of its organization",
    ("vendors", "messages"): "a tracker's text message and its forms",
    ("messages", "leads"): "a form that somebody filled in becomes a lead",
    ("vendors", "outreach"): "a mail's webhook becomes what happened to it, or a reply",
    ("vendors", "integrations"): "which kinds of webhook a vendor sends, and how it signs them",
    ("entry", "keys"): "authentication",
    ("entry", "audit_log"): "the relay marks logs whose records wait for the archive",
    ("entry", "organizations"): "a parent's grants",
    ("entry", "integrations"): "a receiver's connection and its signing secrets",
}
"""The imports between resources, and upwards, each with its reason. A new one is a decision: it needs a line here."""

BOTOCORE = {"layers/shared/eal/aws.py"}
FAULTS = {"layers/shared/eal/audit_log/archive.py"}
"""Modules outside of entry that tell AWS's answers apart by botocore.exceptions."""
IMPURE = {
    "aws",
    "settings",
    "observe",
    "secrets",
    "table.read",
    "table.write",
    "table.page",
    "table.progress",
    "table.scrub",
}
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "sleep"}


class Import(NamedTuple):
    module: str
    line: int
    for_types_only: bool


def faults(project: Project) -> Iterator[str]:
    for path, tree in project.modules("layers/shared/eal"):
        found = imports(tree)
        yield from _nothing_from_outside(path, found)
        yield from _third_party(path, found)
        yield from _layers(path, found)
        if path.endswith("/model.py"):
            yield from _pure(path, tree, found)
        if path.endswith("/wire.py"):
            yield from _annotations(path, found)
    yield from _stale_pairs(project)
    for path, tree in project.modules("functions"):
        found = imports(tree)
        yield from _function(path, found)
        yield from _annotations(path, found)
    for path, tree in project.modules("tools"):
        yield from _no_tests(path, imports(tree))


@cache
def imports(tree: ast.Module) -> tuple[Import, ...]:
    """Each import as a module's full name; `from eal import clock` is `eal.clock`."""
    return tuple(_imports(tree))


def _imports(tree: ast.Module) -> Iterator[Import]:
    typed = {id(node) for block in _type_checking_blocks(tree) for node in ast.walk(block)}
    for node in nodes(tree):
        only = id(node) in typed
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield Import("." * node.level + (node.module or ""), node.lineno, only)
            elif node.module in ("eal", "botocore", "__future__") or (node.module or "").startswith("eal."):
                yield from (Import(f"{node.module}.{alias.name}", node.lineno, only) for alias in node.names)
            else:
                yield Import(node.module or "", node.lineno, only)


def _type_checking_blocks(tree: ast.Module) -> Iterator[ast.If]:
    for node in nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield node


def _nothing_from_outside(path: str, found: Sequence[Import]) -> Iterator[str]:
    for one in found:
        if one.module.split(".")[0] in ("functions", "tests", "tools"):
            yield f"{path}:{one.line} imports {one.module}: eal is imported, it does not import its users"
        if one.module.startswith("."):
            yield f"{path}:{one.line}: write the import out from eal on"


def _third_party(path: str, found: Sequence[Import]) -> Iterator[str]:
    in_entry = path.startswith("layers/shared/eal/entry/")
    for one in found:
        top = one.module.split(".")[0]
        if one.for_types_only:
            continue
        if top == "boto3":
            yield f"{path}:{one.line} imports boto3: use the clients of eal.aws"
        elif one.module.startswith("botocore.exceptions"):
            if not in_entry and path not in BOTOCORE | FAULTS:
                yield f"{path}:{one.line} imports botocore.exceptions: let entry tell faults apart, or add it to FAULTS"
        elif top == "botocore" and path not in BOTOCORE:
            yield f"{path}:{one.line} imports {one.module}: use the clients of eal.aws"
        elif top == "aws_lambda_powertools" and not in_entry and path != "layers/shared/eal/observe.py":
            yield f"{path}:{one.line} imports {one.module}: only entry and observe use Powertools"


def _layers(path: str, found: Sequence[Import]) -> Iterator[str]:
    own = path.removeprefix("layers/shared/eal/").removesuffix(".py").split("/")[0]
    if own == "__init__":
        return
    if own not in LAYER:
        yield f"{path}: say in LAYER (tests/structure/checks/imports.py) which layer eal.{own} is of"
        return
    for one in found:
        parts = one.module.split(".")
        if parts[0] != "eal" or len(parts) < 2 or parts[1] == own:
            continue
        other = parts[1]
        if other not in LAYER:
            yield f"{path}:{one.line} imports eal.{other}, of which LAYER says nothing"
        elif LAYER[own] <= 1:
            if LAYER[other] > LAYER[own]:
                yield f"{path}:{one.line} imports eal.{other}, which is above eal.{own}: turn it round"
        elif LAYER[other] >= 2 and (own, other) not in PAIRS:
            yield f"{path}:{one.line}: eal.{own} imports eal.{other}: avoid it, or add the pair to PAIRS, and why"


def _stale_pairs(project: Project) -> Iterator[str]:
    used = {
        (path.removeprefix("layers/shared/eal/").removesuffix(".py").split("/")[0], one.module.split(".")[1])
        for path, tree in project.modules("layers/shared/eal")
        for one in imports(tree)
        if one.module.startswith("eal.")
    }
    for own, other in sorted(set(PAIRS) - used):
        yield f"PAIRS (tests/structure/checks/imports.py): eal.{own} imports eal.{other} no more, remove it"


def _pure(path: str, tree: ast.Module, found: Sequence[Import]) -> Iterator[str]:
    for one in found:
        name = one.module.removeprefix("eal.")
        if one.module.startswith("eal.") and any(name == bad or name.startswith(f"{bad}.") for bad in IMPURE):
            yield f"{path}:{one.line} imports {one.module}: a model.py is pure, do it in store.py"
        if one.module.split(".")[0] in ("botocore", "boto3", "aws_lambda_powertools", "os", "time"):
            yield f"{path}:{one.line} imports {one.module}: a model.py is pure, do it in store.py"
    for node in nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = ast.unparse(node.func.value)
            if owner in ("clock", "datetime", "date", "time"):
                yield f"{path}:{node.lineno} reads the clock: in a model.py time is an argument"


def _annotations(path: str, found: Sequence[Import]) -> Iterator[str]:
    for one in found:
        if one.module == "__future__.annotations":
            yield f"{path}:{one.line}: remove the __future__ import: these annotations are read when the program runs"


def _function(path: str, found: Sequence[Import]) -> Iterator[str]:
    for one in found:
        top = one.module.split(".")[0]
        if top not in ("eal", *sys.stdlib_module_names):
            yield f"{path}:{one.line} imports {one.module}: a function imports eal and the standard library"


def _no_tests(path: str, found: Sequence[Import]) -> Iterator[str]:
    for one in found:
        if one.module.split(".")[0] == "tests":
            yield f"{path}:{one.line} imports {one.module}: tests import tools; share it in tools/fixtures"
