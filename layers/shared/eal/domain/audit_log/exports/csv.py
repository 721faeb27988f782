"""Records as CSV for people: RFC 4180, and no cell that a spreadsheet would take for a formula.

A semicolon in the changes is written as JSON's own `\\u003b`, since some countries' spreadsheets part cells at it,
whatever the quotes say.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, cast

from eal.core.csv_cell import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.core.json import Json
    from eal.core.table.item import Item

COLUMNS = (
    "id", "action", "actor_type", "actor_id", "actor_ip", "source", "resource_type", "resource_id", "changes",
    "request_id", "created_at", "seq", "previous_hash", "hash", "organization_id", "mode",
)  # fmt: skip
"""The record's fields in the order in which the list shows them, actor and resource spread out."""


class _Echo:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


_writer = csv.writer(_Echo())


def header() -> str:
    return _line(COLUMNS)


def line(record: Item) -> str:
    """A record, as it is stored or archived, with its CRLF."""
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
    return harmless("" if value is None else str(value))
