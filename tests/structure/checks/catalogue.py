"""Events: the catalogue has every type that the contract promises or the code emits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.structure.project import text_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

PROMISED = {
    "call.received", "call.classified", "call.dispatched", "call.qualified", "call.erased",
    "lead.created", "lead.updated", "lead.erased",
    "api_key.rotated", "api_key.revoked",
    "outreach.email.sent", "outreach.email.replied", "outreach.sender.paused",
    "webhook.disabled",
    "audit.log.event",
}  # fmt: skip
"""The contract's event types whose resources exist. Add a type together with its code; never remove one."""
NOT_BY_EMIT = {"audit.log.event"}
"""Types that the relay derives from audit records."""


def faults(project: Project) -> Iterator[str]:
    known = catalogue(project)
    for name in sorted(PROMISED - set(known)):
        yield f"eal/core/events/catalogue.py: restore {name} in CATALOGUE, because customers subscribe to it"
    for name, meaning in known.items():
        if not meaning.endswith("."):
            yield f"eal/core/events/catalogue.py: describe {name} in a sentence that ends with a full stop"
    seen = set()
    for location, event_type in emitted(project):
        if event_type is None:
            yield f"{location}: pass the event type to emit() as a literal, because this check reads the source"
        elif event_type not in known:
            yield f"{location} emits {event_type}: add it to CATALOGUE in eal/core/events/catalogue.py"
        seen.add(event_type)
    for name in sorted(set(known) - seen - NOT_BY_EMIT):
        yield f"eal/core/events/catalogue.py: nothing emits {name}: remove it, or add the code that emits it"


def catalogue(project: Project) -> dict[str, str]:
    """CATALOGUE, read from its source: type to description."""
    found: dict[str, str] = project.constant("layers/shared/eal/core/events/catalogue.py", "CATALOGUE")
    return found


def emitted(project: Project) -> Iterator[tuple[str, str | None]]:
    """(location, type) of each `….emit(…)`; the type is None if it is not a literal."""
    for path, tree in project.modules("layers/shared/eal"):
        yield from ((f"{path}:{call.lineno}", name) for call, name in text_arguments(tree, "emit"))


def enqueued(project: Project) -> list[tuple[str, str]]:
    """(location, task) of each `….enqueue_task("…")`."""
    return [
        (f"{path}:{call.lineno}", name)
        for path, tree in project.modules("layers/shared/eal")
        for call, name in text_arguments(tree, "enqueue_task")
        if name is not None
    ]
