"""Suppressions from CSV, in transactions of a few rows each. A row that is imported twice changes nothing."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from eal.core.csv_cell import unescape_formulas
from eal.core.errors import ValidationFailed, validation_message
from eal.core.schema import ValidationError
from eal.core.transaction import until_committed
from eal.domain.outreach.suppressions import store
from eal.domain.outreach.suppressions.csv_export import COLUMNS
from eal.domain.outreach.suppressions.wire import (
    MAX_IMPORT_ROWS,
    ImportedRowView,
    SuppressionCreate,
    SuppressionImportView,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eal.core.caller import Caller

ROWS_IN_A_TRANSACTION = 12
"""A row needs at most seven operations: the suppression, its claim, the enrollment that stops, that one's two claims,
and two audit records. DynamoDB allows 100 in a transaction."""
_READ = frozenset({"address", "domain", "reason", "topic", "note"})


class _Row(NamedTuple):
    number: int
    body: SuppressionCreate | None
    message: str | None = None

    @property
    def suppressed(self) -> str | None:
        """The address or domain."""
        return (self.body.address or self.body.domain) if self.body else None


def import_csv(text: str, by: Caller) -> SuppressionImportView:
    """Suppress what the rows name, and report each row.

    The rows are committed in transactions of their own: a request that is repeated after a failure finds them
    `unchanged`.

    Raises: ValidationFailed if the text as a whole is unusable: then nothing is imported.
    """
    results: list[ImportedRowView] = []
    for rows in _transactions(_rows(text)):
        results += _imported(rows, by)
    return SuppressionImportView.of_rows(results)


def _imported(rows: Sequence[_Row], by: Caller) -> list[ImportedRowView]:
    """Raises: Unavailable if other requests kept changing the same suppressions."""

    def commit() -> list[ImportedRowView]:
        again = by.with_new_transaction()
        results = list(_suppressed(rows, again))
        again.transaction.commit()
        return results

    return until_committed(commit)


def _suppressed(rows: Iterable[_Row], by: Caller) -> Iterator[ImportedRowView]:
    for row in rows:
        if row.body is None:
            yield ImportedRowView(row=row.number, status="failed", message=row.message)
            continue
        suppression, outcome = store.suppress(row.body, "import", by)
        yield ImportedRowView(row=row.number, status=outcome, id=suppression.id)


def _transactions(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """The rows of each transaction, in order. Two rows with the same address cannot be in one."""
    group: list[_Row] = []
    named: set[str] = set()
    for row in rows:
        suppressed = row.suppressed
        if len(group) == ROWS_IN_A_TRANSACTION or suppressed in named:
            yield group
            group, named = [], set()
        group.append(row)
        if suppressed:
            named.add(suppressed)
    if group:
        yield group


def _rows(text: str) -> list[_Row]:
    """Raises: ValidationFailed."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        records = [record for record in reader if any(field.strip() for field in record)]
    except csv.Error as wrong:
        raise _invalid(f"Line {reader.line_num} is not valid CSV: {wrong}.", "invalid_csv") from None
    if len(records) < 2:
        raise _invalid("Needs a header row and at least one further row.", "too_short")
    if len(records) > MAX_IMPORT_ROWS + 1:
        raise _invalid(f"Has more than {MAX_IMPORT_ROWS} rows after the header.", "too_long")
    columns = [name.strip().lower() for name in records[0]]
    if unknown := [name[:40] or "(no name)" for name in columns if name not in COLUMNS]:
        known = ", ".join(COLUMNS)
        raise _invalid(f"Unknown columns in the header: {', '.join(unknown[:20])}. Known: {known}.", "column")
    if len(set(columns)) < len(columns):
        raise _invalid("The header has a column twice.", "column")
    return [_row(number, columns, record) for number, record in enumerate(records[1:], start=1)]


def _row(number: int, columns: list[str], record: list[str]) -> _Row:
    if len(record) != len(columns):
        return _Row(number, None, f"Has {len(record)} fields, but the header has {len(columns)}.")
    fields = zip(columns, (unescape_formulas(cell.strip()) for cell in record), strict=True)
    body = {name: value for name, value in fields if name in _READ and value}
    try:
        return _Row(number, SuppressionCreate.model_validate(body))
    except ValidationError as invalid:
        error = invalid.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "".join(map(str, error["loc"]))
        message = validation_message(error["type"], error["msg"])
        return _Row(number, None, f"Field '{name}': {message}" if name else message)


def _invalid(message: str, kind: str) -> ValidationFailed:
    return ValidationFailed.of_field("/csv", message, kind, location="body")
