"""Who may change tables: `Transaction` alone the State table, but for a few modules, each with its reason."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.structure.checks.imports import imports
from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

CHANGING = {
    "put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items",
    "execute_statement", "execute_transaction", "batch_execute_statement",
}  # fmt: skip
"""DynamoDB's calls that change items."""
STATE = {
    "layers/shared/eal/core/table/write.py": "sends the one transaction of a change, its record and its events",
    "layers/shared/eal/core/table/progress.py": "workers' bookkeeping, which no customer owns",
    "layers/shared/eal/core/table/scrub.py": "carries out an erasure that a Transaction has recorded",
}
"""Modules that may call them on the State table. A new line is a decision: what it writes has no audit record."""
ACCESS = {
    "layers/shared/eal/domain/api_keys/access.py": "authenticating counts and stamps a use",
    "layers/shared/eal/domain/integrations/connections.py": "a receiver stamps what the vendor last sent",
}
"""Modules that may call them, on the Access table alone."""
PAST_TRANSACTION = {
    "eal.core.table.write.transact": {
        "layers/shared/eal/core/transaction.py": "commits",
        "layers/shared/eal/core/table/progress.py": "bookkeeping of two items at once",
        "layers/shared/eal/entry/http/idempotency.py": "who is at work for an Idempotency-Key",
        "layers/shared/eal/domain/outbox/numbering.py": "numbers of what is in the outbox",
        "layers/shared/eal/domain/outbox/publish.py": "that it was published",
    },
    "eal.core.table.progress": {
        "layers/shared/eal/domain/audit_log/archive.py": "how far the archive has come",
        "layers/shared/eal/domain/audit_log/tree.py": "hashes, which follow from the records",
        "layers/shared/eal/domain/audit_log/exports/store.py": "how far an export has come",
        "layers/shared/eal/domain/lead_imports/store.py": "how far an import has come; its start and end are recorded",
        "layers/shared/eal/domain/statistics/store.py": "counters, which follow from leads and calls",
        "layers/shared/eal/domain/webhooks/deliveries/store.py": "attempts to tell a customer of an event",
        "layers/shared/eal/domain/webhooks/deliveries/fan_out.py": "deliveries, which follow from events and endpoints",
        "layers/shared/eal/domain/webhooks/deliveries/endpoint_health.py": "slots, and since when an endpoint fails",
        "layers/shared/eal/domain/webhooks/deliveries/replay.py": "deliveries that a recorded replay opens again",
        "layers/shared/eal/domain/integrations/reconciliation.py": "up to when a vendor was asked",
    },
    "eal.core.table.scrub": {
        "layers/shared/eal/domain/leads/erasure.py": "an erased lead's events, kept answers and history",
        "layers/shared/eal/domain/prospects/erasure.py": "an erased prospect's kept answers",
        "layers/shared/eal/domain/messages/erasure.py": "an erased lead's forms and text messages",
        "layers/shared/eal/domain/outreach/erasure.py": "what became of mails to an erased one, and its replies",
    },
}
"""What changes the State table without a record, and who may import it."""


def faults(project: Project) -> Iterator[str]:
    used: set[tuple[str, str]] = set()
    for folder in ("layers/shared/eal", "functions"):
        for path, tree in project.modules(folder):
            yield from _calls(path, tree)
            for one in imports(tree):
                for name, users in PAST_TRANSACTION.items():
                    if one.module != name and not one.module.startswith(f"{name}."):
                        continue
                    used.add((name, path))
                    if path not in users:
                        yield f"{path}:{one.line} imports {name}, which is past Transaction: use it, or say why here"
    for name, users in PAST_TRANSACTION.items():
        for path in sorted(users):
            if (name, path) not in used:
                yield f"PAST_TRANSACTION (tests/structure/checks/writes.py): {path} imports {name} no more, remove it"


def _calls(path: str, tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and node.value in CHANGING:
            yield f"{path}:{node.lineno} names {node.value} in a text: call it, so that this check can see it"
        if not isinstance(node, ast.Attribute) or node.attr not in CHANGING or path in STATE:
            continue
        if path not in ACCESS:
            yield f"{path}:{node.lineno} calls {node.attr}: collect the change in a Transaction, and record it"
    if path in ACCESS:
        for node in nodes(tree):
            if (
                isinstance(node, ast.Call)
                and _changes(node)
                and "settings.access_table()" not in _table(node)
            ):
                yield f"{path}:{node.lineno} may change the Access table alone: TableName=settings.access_table()"


def _changes(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING


def _table(node: ast.Call) -> str:
    return "".join(ast.unparse(one.value) for one in node.keywords if one.arg == "TableName")
