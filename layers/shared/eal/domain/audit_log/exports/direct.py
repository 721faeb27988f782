"""The log as CSV at once, for what is short enough for one answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal.domain.audit_log import store
from eal.domain.audit_log.exports import csv

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.audit_log.exports.wire import AuditLogCsvQuery

MOST_ROWS = 5000
MOST_BYTES = 5_800_000
"""Lambda takes an answer of 6 MiB, in which the text is a JSON string: as such it is counted here."""
MOST_READ = 20_000
"""Records that are looked at for a filter that no index serves: two seconds, and the answer must come within 29."""


def whole(query: AuditLogCsvQuery, by: Caller) -> str | None:
    """The matching records, in the list's order; None where an export must be made."""
    rows = [csv.header()]
    size = 0
    asked = query.as_list()
    for looked_at, item in enumerate(store.every(asked, by), 1):
        if looked_at > MOST_READ:
            return None
        if not store.matches(query, item):
            continue
        row = csv.line(item)
        rows.append(row)
        size += len(json.dumps(row))
        if len(rows) > MOST_ROWS + 1 or size > MOST_BYTES:
            return None
    return "".join(rows)
