"""Records as CSV for people: RFC 4180, without cells that a spreadsheet would execute as formulas.

A semicolon in the changes is written as the JSON escape `\\u003b`, because spreadsheets of some locales split cells at
semicolons even inside quotes.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, cast

from eal.core.csv_cell import escape_formulas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.core.json import Json
    from eal.core.table.item import Item

COLUMNS = (
    "id", "action", "actor_type", "actor_id", "actor_ip", "source", "resource_type", "resource_id", "changes",
    "request_id", "created_at", "seq", "previous_hash", "hash", "organization_id", "mode",
)  # fmt: skip
"""The fields of a record in the order of the API, with actor and resource flattened."""


class _Echo:
    """A file for csv.writer whose `write` returns the line."""

    def write(self, line: str) -> str:
        return line


_writer = csv.writer(_Echo())


def header() -> str:
    return _line(COLUMNS)


def line(record: Item) -> str:
    """The line of a stored or archived record, with its CRLF."""
    actor, resource = cast("Item", record["actor"]), cast("Item", record["resource"])
    return _line(
        _text(value)
        for value in (
            record["id"],
            record["action"],
            actor["type"],
            actor["id"],
            actor.get("ip"),
            record["source"],
            resource["type"],
            resource["id"],
            _as_json(record["changes"]),
            record["request_id"],
            record["created_at"],
            record.get("seq"),
            record.get("previous_hash"),
            record.get("hash"),
            record["organization_id"],
            record["mode"],
        )
    )


def _line(cells: Iterable[str]) -> str:
    return cast("str", _writer.writerow(cells))


def _as_json(changes: Json) -> str:
    text = json.dumps(changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace(";", r"\u003b")


def _text(value: Json) -> str:
    return escape_formulas("" if value is None else str(value))
