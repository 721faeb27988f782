"""Suppressions as CSV for people: RFC 4180, without cells that a spreadsheet would execute as formulas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from eal.core.csv_cell import harmless
from eal.core.errors import ValidationFailed
from eal.domain.outreach.suppressions import store

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.outreach.suppressions.wire import SuppressionCsvQuery

COLUMNS = (
    "address", "domain", "reason", "source", "note", "created_at", "id", "email_id", "address_sha256", "topic",
)  # fmt: skip
MAX_ROWS = 10_000
"""Two megabytes, a third of what Lambda can return."""


def csv_text(query: SuppressionCsvQuery, by: Caller) -> str:
    """The matching suppressions, newest first.

    Raises: ValidationFailed if there are more than MAX_ROWS.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for number, item in enumerate(store.every(query.as_list(), by)):
        if number == MAX_ROWS:
            message = f"More than {MAX_ROWS} suppressions match. Use 'created_after' and 'created_before'."
            raise ValidationFailed.of_field("/created_after", message, "too_much", location="query")
        writer.writerow(_text(item.get(name)) for name in COLUMNS)
    return file.getvalue()


def _text(value: Json) -> str:
    return harmless("" if value is None else str(value))
