"""Rules for imports, by the syntax trees. Imports under TYPE_CHECKING and inside functions count too."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.structure.project import Project

LAYERS = ("core", "ai", "domain", "vendors", "entry")
"""The folders of eal, lowest first: each may import itself and the folders to its left."""

PAIRS = {
    ("api_keys", "credentials"): "a key is a credential, as a session is",
    ("api_keys", "families"): "keys are counted for the whole family of an organization",
    ("api_keys", "organization_settings"): "the operator can raise the limit of an organization's keys",
    ("alerts", "organization_settings"): "the settings say on which channels a person is alerted, and when",
    ("calls", "alerts"): "people are alerted about the dispatch of a call, and answer for it",
    ("calls", "dispatch"): "a call shows its dispatch, which is decided with its classification",
    ("calls", "leads"): "the address of a caller's lead is the place of the call",
    ("calls", "organization_settings"): "the settings decide a dispatch, and what is deleted when",
    ("claims", "leads"): "the address of a loss and its type have the form of a lead's",
    ("claims", "organization_settings"): "the settings decide how long the evidence of closed claims is kept",
    ("content", "organization_settings"): "the settings say what content may claim, and must not contain",
    ("content", "reviews"): "a response belongs to a review, which is shown with it",
    ("crm", "integrations"): "a tenant's connection names its CRM's address and signing secret",
    ("crm", "leads"): "a CRM push sends a lead, and the lead shows the result",
    ("dispatch", "organization_settings"): "the rules read the service area, the business hours and the rota",
    ("erasure", "calls"): "the calls of an erased person are erased, and the traces of an erased call",
    ("erasure", "claims"): "the traces and the evidence of an erased claim are erased",
    ("erasure", "content"): "the traces of erased content, and the responses to an erased person's reviews",
    ("erasure", "leads"): "the traces of an erased lead are erased",
    ("erasure", "messages"): "the forms and text messages of an erased lead are erased",
    ("erasure", "outreach"): "the e-mails to and from an erased person are erased",
    ("erasure", "prospects"): "the traces of an erased prospect are erased",
    ("erasure", "reviews"): "the reviews of an erased person are erased",
    ("erasure", "webhooks"): "what receivers answered to the events of something erased is erased",
    ("families", "organization_settings"): "a family is found by the items of its organizations",
    ("lead_imports", "leads"): "rows become leads, with the checks of POST /v1/leads",
    ("leads", "organization_settings"): "a lead inside the service area scores higher",
    ("members", "credentials"): "a member and a session give access, which bounds of the caller's key limit",
    ("members", "families"): "invitations are counted for the whole family of an organization",
    ("members", "organization_settings"): "a session shows the items of the person's organizations",
    ("members", "organizations"): "a member belongs to an organization",
    ("members", "sessions"): "a member signs in; a removal and a new role end the member's sessions",
    ("messages", "leads"): "a submitted form becomes a lead",
    ("organizations", "api_keys"): "a new organization comes with its first admin key",
    ("organizations", "credentials"): "a child and a grant give access that bounds of the caller's key limit",
    ("organizations", "families"): "children and AI budgets are counted for the whole family",
    ("organizations", "organization_settings"): "settings are a part of the organization's item",
    ("outbox", "audit_log"): "numbering marks the logs that have records to archive",
    ("outreach", "integrations"): "a sequence is sent by the vendor that the tenant has connected",
    ("outreach", "leads"): "leads are enrolled, and e-mails contain what is known of them",
    ("outreach", "organization_settings"): "the settings name the sender, its limits and its time zone",
    ("outreach", "prospects"): "prospects are enrolled, and their state shows how far the outreach is",
    ("prospects", "leads"): "a prospect has a lead's contact fields and becomes a lead",
    ("prospects", "organization_settings"): "a prospect inside the service area is worth more",
    ("sessions", "credentials"): "a session is a credential, as a key is",
    ("statistics", "calls"): "a call changes counters",
    ("statistics", "leads"): "a lead changes counters",
    ("statistics", "organization_settings"): "a roll-up reads the items of child organizations",
    ("statistics", "organizations"): "a roll-up adds up the children that granted it",
    ("webhooks", "audit_log"): "a webhook sends an audit record as its GET returns it",
    ("webhooks", "events"): "a test event has the representation of the feed",
}
"""The imports between resources of the domain, each with its reason. A new one is a decision: it needs a line here. No
resource imports itself through others, so their order is a part of the architecture."""

BOTOCORE = "layers/shared/eal/core/aws/sdk.py"
"""The only module that knows an SDK."""
PYDANTIC = {"layers/shared/eal/core/schema.py", "layers/shared/eal/core/stored_schema.py"}
"""The door to pydantic, and what stands behind it in the built layer."""
IMPURE = {
    "core.aws",
    "core.settings",
    "core.observe",
    "core.secrets",
    "core.table.read",
    "core.table.write",
    "core.table.page",
    "core.table.progress",
    "core.table.scrub",
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
    yield from _stale_pairs(project)
    for circle in circles(_imported(project)):
        yield f"{' -> '.join((*circle, circle[0]))}: these import each other, move the shared part to a module below"
    for circle in circles(_imported_resources(project)):
        names = " -> ".join((*circle, circle[0]))
        yield f"{names}: these resources import each other, move a part to the other one, or to a resource below both"
    for path, tree in project.modules("functions"):
        found = imports(tree)
        yield from _function(path, found)
        yield from _no_dataclasses(path, tree)
    for path, tree in project.modules("tools"):
        yield from _no_tests(path, imports(tree))


@cache
def imports(tree: ast.Module) -> tuple[Import, ...]:
    """Each import as a module's full name; `from eal.core import clock` is `eal.core.clock`."""
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
    for imported in found:
        if imported.module.split(".")[0] in ("functions", "tests", "tools"):
            yield f"{path}:{imported.line} imports {imported.module}: eal is imported, it does not import its users"
        if imported.module.startswith("."):
            yield f"{path}:{imported.line}: write an absolute import, from eal"


def _third_party(path: str, found: Sequence[Import]) -> Iterator[str]:
    in_entry = path.startswith("layers/shared/eal/entry/")
    for imported in found:
        top = imported.module.split(".")[0]
        if imported.for_types_only:
            continue
        if top == "boto3":
            yield f"{path}:{imported.line} imports boto3: use the clients of eal.core.aws"
        elif top == "botocore" and path != BOTOCORE:
            yield f"{path}:{imported.line} imports {imported.module}: use the clients and the errors of eal.core.aws"
        elif top in ("pydantic", "pydantic_core") and path not in PYDANTIC:
            advice = "import it from eal.core.schema, or the layer loads pydantic"
            yield f"{path}:{imported.line} imports {imported.module}: {advice}"
        elif top == "aws_lambda_powertools" and not in_entry and path != "layers/shared/eal/core/observe.py":
            yield f"{path}:{imported.line} imports {imported.module}: only entry and observe use Powertools"


def _layers(path: str, found: Sequence[Import]) -> Iterator[str]:
    own = _module(path)
    if own == "eal":
        return
    if (layer := own.split(".")[1]) not in LAYERS:
        yield f"{path}: eal has the folders {', '.join(LAYERS)}: move eal.{layer} into one of them"
        return
    for imported in found:
        parts = imported.module.split(".")
        if parts[0] != "eal" or len(parts) < 2:
            continue
        if parts[1] not in LAYERS:
            yield f"{path}:{imported.line} imports eal.{parts[1]}, which is in none of the folders {', '.join(LAYERS)}"
        elif _is_upward(own, imported.module):
            yield f"{path}:{imported.line} imports eal.{parts[1]}, which is above eal.{layer}: reverse the dependency"
        elif (pair := _pair(own, imported.module)) and pair not in PAIRS:
            advice = "remove it, or add the pair to PAIRS with a reason"
            yield f"{path}:{imported.line}: {pair[0]} imports {pair[1]}: {advice}"


def _module(path: str) -> str:
    """A file's module: `eal.core.ids`."""
    parts = path.removeprefix("layers/shared/").removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts)


def _is_upward(own: str, other: str) -> bool:
    return LAYERS.index(own.split(".")[1]) < LAYERS.index(other.split(".")[1])


def _pair(own: str, other: str) -> tuple[str, str] | None:
    """The two resources of the domain, if one imports another."""
    ours, theirs = own.split("."), other.split(".")
    if ours[1:2] != ["domain"] or theirs[1:2] != ["domain"]:
        return None
    if len(ours) < 3 or len(theirs) < 3 or ours[2] == theirs[2]:
        return None
    return ours[2], theirs[2]


def _stale_pairs(project: Project) -> Iterator[str]:
    imported = _imported_resources(project)
    for own, other in sorted(PAIRS):
        if other not in imported.get(own, ()):
            yield f"PAIRS (tests/structure/checks/imports.py): {own} no longer imports {other}, remove it"


def _imported_resources(project: Project) -> dict[str, set[str]]:
    """Each resource of the domain with the resources that it imports."""
    imported: dict[str, set[str]] = defaultdict(set)
    for own, others in _imported(project).items():
        for other in others:
            if pair := _pair(own, other):
                imported[pair[0]].add(pair[1])
    return imported


def circles(imported: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """The circles of imports: one tuple for each, in the order of the imports."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    finished: set[str] = set()

    def follow(importer: str, trail: tuple[str, ...]) -> None:
        if importer in trail:
            circle = trail[trail.index(importer) :]
            found.setdefault(frozenset(circle), circle)
        elif importer not in finished:
            for other in sorted(imported.get(importer, ())):
                follow(other, (*trail, importer))
            finished.add(importer)

    for importer in sorted(imported):
        follow(importer, ())
    return list(found.values())


def _imported(project: Project) -> dict[str, set[str]]:
    """Each module of eal with the modules of eal that it imports."""
    trees = {_module(path): tree for path, tree in project.modules("layers/shared/eal")}

    def module_of(name: str) -> str:
        while name not in trees and "." in name:
            name = name.rpartition(".")[0]
        return name

    return {
        own: {
            other
            for imported in imports(tree)
            if imported.module.startswith("eal.")
            and (other := module_of(imported.module)) not in (own, "eal")
        }
        for own, tree in trees.items()
    }


def _pure(path: str, tree: ast.Module, found: Sequence[Import]) -> Iterator[str]:
    for imported in found:
        name = imported.module.removeprefix("eal.")
        if imported.module.startswith("eal.") and any(
            name == bad or name.startswith(f"{bad}.") for bad in IMPURE
        ):
            yield f"{path}:{imported.line} imports {imported.module}: a model.py is pure, do it in store.py"
        if imported.module.split(".")[0] in ("botocore", "boto3", "aws_lambda_powertools", "os", "time"):
            yield f"{path}:{imported.line} imports {imported.module}: a model.py is pure, do it in store.py"
    for node in nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = ast.unparse(node.func.value)
            if owner in ("clock", "datetime", "date", "time"):
                yield f"{path}:{node.lineno} reads the clock: in a model.py time is an argument"


def _function(path: str, found: Sequence[Import]) -> Iterator[str]:
    for imported in found:
        top = imported.module.split(".")[0]
        home = "eal_dashboard" if path.startswith("functions/dashboard/") else "eal"
        if top not in (home, *sys.stdlib_module_names):
            rule = f"a function imports {home} and the standard library"
            yield f"{path}:{imported.line} imports {imported.module}: {rule}"


def _no_dataclasses(path: str, tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.ClassDef) and node.decorator_list:
            yield f"{path}:{node.lineno} defines {node.name}: move it to eal, where its schema is stored"


def _no_tests(path: str, found: Sequence[Import]) -> Iterator[str]:
    for imported in found:
        if imported.module.split(".")[0] == "tests":
            yield f"{path}:{imported.line} imports {imported.module}: tests import tools; share it in tools/fixtures"
