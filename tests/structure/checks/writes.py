"""Writes: only `Transaction` changes the State table, except for a few modules, each with its reason."""

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
"""DynamoDB's operations that change items."""
STATE = {
    "layers/shared/eal/core/table/write.py": "commits a change, its audit record and its events in one transaction",
    "layers/shared/eal/core/table/progress.py": "workers' bookkeeping, which no customer owns",
    "layers/shared/eal/core/table/statements.py": "workers' bookkeeping of several items in one call",
    "layers/shared/eal/core/table/scrub.py": "carries out an erasure that a Transaction has recorded",
}
"""Modules that may call them on the State table. A new line is a decision: its writes have no audit record."""
ACCESS = {
    "layers/shared/eal/domain/credentials/counting.py": "authentication counts requests and records the last use",
    "layers/shared/eal/domain/integrations/connections.py": "a receiver records the vendor's last event and failure",
}
"""Modules that may call them on the Access table only."""
PAST_TRANSACTION = {
    "eal.core.table.write.transact": {
        "layers/shared/eal/core/transaction.py": "commits a Transaction",
        "layers/shared/eal/core/table/progress.py": "bookkeeping of several items in one transaction",
        "layers/shared/eal/entry/http/idempotency.py": "which request is in progress for an Idempotency-Key",
        "layers/shared/eal/domain/outbox/numbering.py": "sequence numbers of the outbox",
    },
    "eal.core.table.progress": {
        "layers/shared/eal/ai/engines/bedrock/budget.py": "what engines cost; each use is in the provenance of its run",
        "layers/shared/eal/domain/audit_log/archive.py": "the progress of the archive",
        "layers/shared/eal/domain/audit_log/tree.py": "hashes, which are computed from the records",
        "layers/shared/eal/domain/audit_log/exports/store.py": "the progress of an export",
        "layers/shared/eal/domain/lead_imports/store.py": "the progress of an import; its start and end have records",
        "layers/shared/eal/domain/statistics/store.py": "counters, which are computed from leads and calls",
        "layers/shared/eal/domain/webhooks/deliveries/store.py": "deliveries, their attempts, entries and responses",
        "layers/shared/eal/core/outbound/slots.py": "slots, and since when an endpoint fails",
        "layers/shared/eal/core/table/lease.py": "which worker does a piece of work",
        "layers/shared/eal/core/table/statements.py": "the error of a failed condition",
        "layers/shared/eal/domain/webhooks/deliveries/replay_lease.py": "that an endpoint's replay has ended",
        "layers/shared/eal/domain/outbox/pending.py": "which items of the outbox are published",
        "layers/shared/eal/domain/outreach/deliverability/store.py": "counters, in the Transaction of what they count",
        "layers/shared/eal/domain/calls/answering.py": "when a text arrived, and that a person was told how to answer",
        "layers/shared/eal/domain/calls/fetching.py": "the attempts to fetch a recording, whose end has a record",
        "layers/shared/eal/domain/content/writing.py": "the step of a task; its result has a record",
        "layers/shared/eal/domain/claims/photos/store.py": "that a photo was uploaded; its inspection has a record",
        "layers/shared/eal/domain/claims/scope/review.py": "a counter, in the Transaction of what it counts",
        "layers/shared/eal/domain/claims/sign_offs/erasure.py": "that files were deleted; the cause has a record",
        "layers/shared/eal/domain/integrations/reconciliation.py": "up to when a vendor is reconciled",
        "layers/shared/eal/domain/outreach/sending/due.py": "when a tenant has e-mails to send",
        "layers/shared/eal/domain/outreach/sending/caps.py": "counters, in the transaction of what they count",
        "layers/shared/eal/domain/reviews/statistics.py": "counters, in the transaction of what they count",
        "layers/shared/eal/domain/outreach/tenant_clock.py": "the steps of an advance, which has a record",
    },
    "eal.core.table.statements": {
        "layers/shared/eal/core/outbound/slots.py": "slots, and since when an endpoint fails",
        "layers/shared/eal/domain/webhooks/deliveries/attempt.py": "the attempts of deliveries",
        "layers/shared/eal/domain/webhooks/deliveries/store.py": "the attempts of a delivery",
    },
    "eal.core.table.scrub": {
        "layers/shared/eal/domain/claims/photos/erasure.py": "an erased or expired claim's photos",
        "layers/shared/eal/domain/calls/erasure.py": "an erased call's events, idempotency records and callbacks",
        "layers/shared/eal/domain/claims/erasure.py": "an erased claim's events and idempotency records",
        "layers/shared/eal/domain/claims/scope/erasure.py": "the scope of an erased claim, and after the retention",
        "layers/shared/eal/domain/claims/sign_offs/erasure.py": "an erased claim's sign-offs",
        "layers/shared/eal/domain/claims/notes/erasure.py": "an erased claim's notes; their texts after the retention",
        "layers/shared/eal/domain/content/erasure.py": "deleted content's revisions, events and idempotency records",
        "layers/shared/eal/domain/leads/erasure.py": "an erased lead's events, idempotency records and history",
        "layers/shared/eal/domain/prospects/erasure.py": "an erased prospect's idempotency records",
        "layers/shared/eal/domain/messages/erasure.py": "an erased lead's forms and text messages",
        "layers/shared/eal/domain/webhooks/deliveries/erasure.py": "what receivers answered to an erased lead's events",
        "layers/shared/eal/domain/outreach/replies/erasure.py": "an erased person's replies",
        "layers/shared/eal/domain/outreach/drafts/erasure.py": "the drafts to an erased lead or prospect",
        "layers/shared/eal/domain/erasure/traces.py": "the type of what was erased",
        "layers/shared/eal/domain/reviews/erasure.py": "an erased lead's reviews",
        "layers/shared/eal/domain/outreach/review_requests/erasure.py": "the review requests to an erased person",
        "layers/shared/eal/domain/outreach/erasure.py": "an erased prospect's e-mail events and replies",
    },
}
"""The functions and modules that write without an audit record: their importers, each with its reason."""


def faults(project: Project) -> Iterator[str]:
    used: set[tuple[str, str]] = set()
    for folder in ("layers/shared/eal", "functions"):
        for path, tree in project.modules(folder):
            yield from _calls(path, tree)
            for imported in imports(tree):
                for name, users in PAST_TRANSACTION.items():
                    if imported.module != name and not imported.module.startswith(f"{name}."):
                        continue
                    used.add((name, path))
                    if path not in users:
                        location = f"{path}:{imported.line}"
                        yield f"{location} imports {name}, which bypasses Transaction: use Transaction, or add a reason"
    for name, users in PAST_TRANSACTION.items():
        for path in sorted(users):
            if (name, path) not in used:
                yield f"PAST_TRANSACTION (tests/structure/checks/writes.py): {path} no longer imports {name}, remove it"


def _calls(path: str, tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and node.value in CHANGING:
            yield f"{path}:{node.lineno} has {node.value} in a string: call it directly, because this check reads calls"
        if not isinstance(node, ast.Attribute) or node.attr not in CHANGING or path in STATE:
            continue
        if path not in ACCESS:
            yield f"{path}:{node.lineno} calls {node.attr}: collect the change in a Transaction, with its audit record"
    if path in ACCESS:
        for node in nodes(tree):
            if (
                isinstance(node, ast.Call)
                and _changes(node)
                and "settings.access_table()" not in _table(node)
            ):
                yield f"{path}:{node.lineno} may change only the Access table: pass TableName=settings.access_table()"


def _changes(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING


def _table(node: ast.Call) -> str:
    return "".join(ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "TableName")
