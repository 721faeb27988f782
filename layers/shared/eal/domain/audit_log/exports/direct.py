"""The log as CSV in one response, if it is short enough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal.core import audit
from eal.domain.audit_log import store
from eal.domain.audit_log.exports import csv

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.audit_log.exports.wire import AuditLogCsvQuery

MAX_ROWS = 5000
MAX_BODY_BYTES = 5_800_000
"""Measured as a JSON string. A Lambda response has at most 6 MiB and contains the body as a JSON string."""
MAX_RECORDS_READ = 20_000
"""Maximum number of records read for filters that no index serves. Reading them takes two seconds; API Gateway waits 29
seconds."""


def csv_text(query: AuditLogCsvQuery, by: Caller) -> str | None:
    """The matching records in the order of the list; None if they need an export, because they exceed a limit or can be
    in the archive only. The caller's transaction records that they were exported."""
    items = store.iterate_all(query.as_list(), by)
    if items is None:
        return None
    rows = [csv.header()]
    size = 0
    for read_count, item in enumerate(items, 1):
        if read_count > MAX_RECORDS_READ:
            return None
        if not store.matches(query, item):
            continue
        row = csv.line(item)
        rows.append(row)
        size += len(json.dumps(row))
        if len(rows) > MAX_ROWS + 1 or size > MAX_BODY_BYTES:
            return None
    filters = query.filters().model_dump(mode="json", exclude_none=True)
    by.transaction.audit(
        "audit_log.exported", by.organization_id, audit.changes({}, {**filters, "rows": len(rows) - 1})
    )
    return "".join(rows)
