"""Grids for business hours (widget `week`) and for the on-call rota (widget `rota`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from eal_dashboard.operations import Json

    class Posted(Protocol):
        def all(self, name: str) -> tuple[str, ...]: ...


WIDGETS = frozenset({"week", "rota"})
DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
MAX_PEOPLE = 100
FREE_ROWS = 2
"""Empty rows of the rota, so that people are added without JavaScript."""
_TIME = re.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d")
_TEXTS = ("name", "phone", "email", "from", "to")


def rows(widget: str, value: object) -> list[Json]:
    """The rows that show the API's value."""
    if widget == "week":
        spans = value if isinstance(value, dict) else {}
        return [{"day": day, "spans": [*map(tuple, spans.get(day, [])), ("", "")]} for day in DAYS]
    people = list(value) if isinstance(value, (list, tuple)) else []
    people = [{**person, "email": person.get("email") or ""} for person in people]
    return [*people, *({**dict.fromkeys(_TEXTS, ""), "days": []} for _ in range(FREE_ROWS))]


def entered(widget: str, name: str, posted: Posted) -> list[Json]:
    """The rows as the person filled them."""
    if widget == "week":
        return [
            {
                "day": day,
                "spans": list(
                    zip(posted.all(f"{name}.{day}.from"), posted.all(f"{name}.{day}.to"), strict=False)
                ),
            }
            for day in DAYS
        ]
    found: list[Json] = []
    while len(found) < MAX_PEOPLE and posted.all(f"{name}.{len(found)}.name"):
        start = f"{name}.{len(found)}"
        row: Json = {
            part: posted.all(f"{start}.{part}")[0].strip() for part in _TEXTS if posted.all(f"{start}.{part}")
        }
        found.append(dict.fromkeys(_TEXTS, "") | row | {"days": list(posted.all(f"{start}.days"))})
    return found


def value(widget: str, filled: Sequence[Json]) -> object:
    """The JSON value of the rows; empty ones are dropped. Raises: ValueError with the text for the person."""
    if widget == "week":
        spans = {row["day"]: _spans(row) for row in filled}
        return {day: found for day, found in spans.items() if found}
    return [_person(row) for row in filled if any(row[part] for part in ("name", "phone"))]


def _spans(row: Json) -> list[list[str]]:
    found = []
    for opening, closing in row["spans"]:
        if opening.strip() or closing.strip():
            found.append([_time(opening, DAYS[row["day"]]), _time(closing, DAYS[row["day"]])])
    return found


def _person(row: Json) -> Json:
    who = row["name"] or row["phone"]
    if not row["days"]:
        raise ValueError(f"{who}: choose at least one day.")
    given = {name: value for name, value in row.items() if value or name != "email"}
    return {**given, "from": _time(row["from"], who), "to": _time(row["to"], who)}


def _time(text: str, where: str) -> str:
    if not _TIME.fullmatch(text.strip()):
        raise ValueError(f"{where}: enter both times, such as 08:00 and 17:00.")
    return text.strip().rjust(5, "0")


def placed(widget: str, pointer: str, message: str) -> str:
    """The API's message about a part of the value, which `pointer` names: `mon.0` or `2.phone`."""
    first, _, part = pointer.partition(".")
    if widget == "week":
        return f"{DAYS.get(first, first)}: {message}"
    return (
        f"Person {int(first) + 1}{f', {part}' if part else ''}: {message}" if first.isdecimal() else message
    )
