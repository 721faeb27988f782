"""Events: the catalogue has all that the contract promises today, and all that the code emits."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.structure.project import text_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

PROMISED = {
    "call.received", "call.classified", "call.qualified",
    "lead.created", "lead.updated", "lead.erased",
    "api_key.rotated", "api_key.revoked",
    "webhook.disabled",
    "audit.log.event",
}  # fmt: skip
"""Those of the contract's events whose resources exist. A type joins when its code does, and never leaves."""
NOT_BY_EMIT = {"audit.log.event"}
"""The relay makes it of audit records."""


def faults(project: Project) -> Iterator[str]:
    known = catalogue(project)
    for name in sorted(PROMISED - set(known)):
        yield f"eal/core/events/catalogue.py: put {name} back into CATALOGUE: customers subscribe to it"
    for name, meaning in known.items():
        if not meaning.endswith("."):
            yield f"eal/core/events/catalogue.py: say in a sentence what {name} means"
    seen = set()
    for place, emits in emitted(project):
        if emits is None:
            yield f"{place}: emit() takes its type as a literal, so that this test can see it"
        elif emits not in known:
            yield f"{place} emits {emits}: add it to CATALOGUE in eal/core/events/catalogue.py"
        seen.add(emits)
    for name in sorted(set(known) - seen - NOT_BY_EMIT):
        yield f"eal/core/events/catalogue.py: nothing emits {name}: a type joins the catalogue when its code does"


def catalogue(project: Project) -> dict[str, str]:
    """CATALOGUE as the file has it."""
    tree = ast.parse((project.root / "layers/shared/eal/core/events/catalogue.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "CATALOGUE" and node.value:
            found: dict[str, str] = ast.literal_eval(node.value)
            return found
    return {}


def emitted(project: Project) -> Iterator[tuple[str, str | None]]:
    """(path, type) of each `….emit(…)`; None where the type is no literal."""
    for path, tree in project.modules("layers/shared/eal"):
        yield from ((f"{path}:{call.lineno}", name) for call, name in text_arguments(tree, "emit"))


def enqueued(project: Project) -> list[tuple[str, str]]:
    """(path, task) of each `….enqueue_task("…")`."""
    return [
        (f"{path}:{call.lineno}", name)
        for path, tree in project.modules("layers/shared/eal")
        for call, name in text_arguments(tree, "enqueue_task")
        if name is not None
    ]
