"""Lists in a form, whose rows a person adds, removes and moves by buttons before the form is sent.

A list is a field with the widget `items`, or numbered fields such as `steps.0.subject`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal_dashboard.forms import BoundForm

NEW = -1
"""Stands for an empty row in an order."""


def numbered(names: Iterable[str]) -> list[str]:
    """The lists that have numbered fields."""
    return list(dict.fromkeys(name.partition(".0.")[0] for name in names if ".0." in name))


def counted(name: str, fields: Iterable[str], posted: Iterable[str]) -> int:
    """The number of posted rows of a list with numbered fields."""
    known = set(fields)
    places = [
        field.removeprefix(f"{name}.").partition(".")[0]
        for field in posted
        if field in known and field.startswith(f"{name}.")
    ]
    return 1 + max((int(place) for place in places), default=0)


def change(form: BoundForm, command: str, blank: BoundForm) -> None:
    """Do what a button says, such as `up scenes 2`. A command that does not fit changes nothing.

    `blank` is the form as it is new.
    """
    verb, name, place = (*command.split(" "), "", "", "")[:3]
    field = form.fields.get(name)
    if field is not None and field.widget == "items":
        order = _ordered(verb, place, len(field.rows), field.spec.get("max_items", 0))
        field.rows = [field.rows[old] if old != NEW else {} for old in order]
    elif name in form.counts:
        arrange(form, name, _ordered(verb, place, form.counts[name], limit(form, name)), blank)


def limit(form: BoundForm, name: str) -> int:
    """The maximum number of rows of a list with numbered fields."""
    return 1 + max(
        int(field_name.split(".")[1]) for field_name in form.fields if field_name.startswith(f"{name}.")
    )


def arrange(form: BoundForm, name: str, order: Sequence[int], blank: BoundForm) -> None:
    """Put the rows of a list with numbered fields into another order; rows that it omits are emptied."""
    was = {key: replace(bound_field) for key, bound_field in form.fields.items()}
    for key, bound_field in form.fields.items():
        if not key.startswith(f"{name}."):
            continue
        row, _, column = key.removeprefix(f"{name}.").partition(".")
        old = order[int(row)] if int(row) < len(order) else NEW
        source = was[f"{name}.{old}.{column}"] if old != NEW else blank.fields[key]
        bound_field.value, bound_field.values, bound_field.rows, bound_field.grid = (
            source.value,
            source.values,
            source.rows,
            source.grid,
        )
    form.counts[name] = max(1, len(order))


def _ordered(verb: str, place: str, length: int, limit: int) -> list[int]:
    """The new order of the rows, as places in the old one."""
    order = list(range(length))
    if verb == "add":
        return [*order, NEW] if length < limit else order
    if not place.isdecimal() or int(place) >= length:
        return order
    at = int(place)
    if verb == "remove":
        return order[:at] + order[at + 1 :]
    other = {"up": at - 1, "down": at + 1}.get(verb, at)
    if 0 <= other < length:
        order[at], order[other] = order[other], order[at]
    return order
