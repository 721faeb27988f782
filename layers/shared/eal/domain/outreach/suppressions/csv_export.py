"""Suppressions as CSV for people: RFC 4180, without cells that a spreadsheet would execute as formulas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from eal.core import audit
from eal.core.csv_cell import escape_formulas
from eal.core.errors import ValidationFailed
from eal.core.table import page
from eal.domain.outreach.suppressions.store import SUPPRESSIONS, filters_of

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.outreach.suppressions.wire import SuppressionCsvQuery

COLUMNS = (
    "address", "domain", "reason", "source", "note", "created_at", "id", "email_id", "address_sha256", "topic",
)  # fmt: skip
MAX_ROWS = 10_000
"""Two megabytes, a third of what Lambda can return."""
MAX_SUPPRESSIONS_READ = 20_000
"""Maximum number of suppressions read for filters that no index serves. Reading them takes two seconds; the function's
timeout is ten."""


def csv_text(query: SuppressionCsvQuery, by: Caller) -> str:
    """The matching suppressions, newest first. The caller's transaction records that they were exported.

    Raises: ValidationFailed if more than MAX_ROWS match, or more than MAX_SUPPRESSIONS_READ would be read.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    rows = 0
    listed = query.as_list()
    partition, keep = SUPPRESSIONS.selection(by.tenant, filters_of(listed))
    for read_count, item in enumerate(page.iterate_all(listed, partition), 1):
        if read_count > MAX_SUPPRESSIONS_READ:
            raise _too_much(f"This filter has to read more than {MAX_SUPPRESSIONS_READ} suppressions.")
        if keep and not keep(item):
            continue
        if rows == MAX_ROWS:
            raise _too_much(f"More than {MAX_ROWS} suppressions match.")
        writer.writerow(_text(item.get(name)) for name in COLUMNS)
        rows += 1
    filters = query.model_dump(mode="json", exclude_none=True)
    by.transaction.audit(
        "suppression_list.exported", by.organization_id, audit.changes({}, {**filters, "rows": rows})
    )
    return file.getvalue()


def _too_much(what: str) -> ValidationFailed:
    message = f"{what} Use 'created_after' and 'created_before'."
    return ValidationFailed.of_field("/created_after", message, "too_much", location="query")


def _text(value: Json) -> str:
    return escape_formulas("" if value is None else str(value))
