"""The audit log, and the proof that a record is in it, verified by the browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

FILTERS = (
    "action",
    "actor_id",
    "source",
    "resource_type",
    "resource_id",
    "request_id",
    "created_after",
    "created_before",
    "cursor",
)


def _list(_: Json) -> Json:
    return {"sources": OPERATIONS["listAuditLog"].query["source"]["enum"]}


def _detail(values: Json) -> Json:
    return {"proof_json": json.dumps(values["proof"]) if values["proof"] else ""}


def _checkpoint(values: Json) -> Json:
    proof = values["proof"]
    others = (values["checkpoints"] or {}).get("data", [])
    return {
        "proof_json": json.dumps(proof),
        "others": [
            other
            for other in others
            if other["size"] <= proof["to"]["size"] and other["id"] != proof["to"]["id"]
        ],
    }


PAGES = (
    Page(
        path="/audit-log",
        title="Audit log",
        template="audit_log/list.html",
        group="Trust",
        nav="Audit log",
        icon="audit",
        calls={"records": Call("listAuditLog", query=FILTERS, fixed={"limit": "50"})},
        prepare=_list,
    ),
    Page(
        path="/audit-log/checkpoints",
        title="Checkpoints",
        template="audit_log/checkpoints.html",
        under="/audit-log",
        calls={"checkpoints": Call("listAuditCheckpoints", query=("cursor",))},
    ),
    Page(
        path="/audit-log/checkpoints/{checkpoint_id}",
        title="Checkpoint",
        template="audit_log/checkpoint.html",
        under="/audit-log",
        calls={
            "proof": Call("getAuditConsistency", query=("from",)),
            "checkpoints": Call("listAuditCheckpoints", fixed={"limit": "100"}, optional=True),
        },
        prepare=_checkpoint,
    ),
    Page(
        path="/audit-log/{record_id}",
        title="Audit record",
        template="audit_log/detail.html",
        under="/audit-log",
        calls={"record": Call("getAuditRecord"), "proof": Call("getAuditProof", optional=True)},
        prepare=_detail,
    ),
)
