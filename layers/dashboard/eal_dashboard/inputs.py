"""One field of a form: its widget, what stands in it, and the value that it sends.

A field has the type, choices and limits of the API's models, by the operation and name that the page declares.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eal_dashboard import hours
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal_dashboard.operations import Json, Spec
    from eal_dashboard.page import Field, Form

YES_OR_NO = (("true", "Yes"), ("false", "No"))
WIDGETS = (
    "input",
    "textarea",
    "select",
    "choices",
    "checkbox",
    "lines",
    "rows",
    "items",
    "json",
    "hidden",
    "secret",
    *hours.WIDGETS,
)
"""A `hidden` field has no place in the form: its value is one of the form's targets. `rows` and `items` are arrays of
objects: a table, or a list whose rows are added, removed and moved by buttons."""
OBJECTS = ("rows", "items")
LONG_TEXT = 300
"""A text field with a higher limit is a text area."""


@dataclass
class BoundField:
    """A field with what the person entered, or with the resource's current value."""

    name: str
    label: str
    hint: str
    widget: str
    spec: Spec
    value: str = ""
    values: tuple[str, ...] = ()
    rows: list[dict[str, str]] = field(default_factory=list)
    """Rows of an array widget: the person's input for each object."""
    order: tuple[str, ...] = ()
    item: str = ""
    faults: frozenset[str] = frozenset()
    """Columns of an array widget that the API refused, such as `2.narration`."""
    grid: Sequence[Json] = ()
    """Rows of a widget in hours.py."""
    error: str = ""
    options: Sequence[tuple[str, str]] = ()

    @property
    def is_required(self) -> bool:
        return bool(self.spec.get("required")) and not self.spec.get("nullable")

    @property
    def columns(self) -> dict[str, Spec]:
        """Columns of an array widget: the fields of an object, in the declared order; otherwise choices first, and
        fields with a default last."""
        fields = self.spec["items"]["fields"]
        if self.order:
            return {name: fields[name] for name in self.order}
        return dict(sorted(fields.items(), key=lambda item: _place(item[1])))

    @property
    def input_type(self) -> str:
        by_format = {"email": "email", "uri": "url", "date": "date", "date-time": "datetime-local"}
        if self.spec["type"] in ("integer", "number"):
            return "number"
        return by_format.get(self.spec.get("format", ""), "text")

    @property
    def attributes(self) -> dict[str, str]:
        """HTML's attributes for the limits."""
        found: dict[str, str] = {}
        for ours, theirs in (("minimum", "min"), ("maximum", "max"), ("max_length", "maxlength")):
            if (limit := self.spec.get(ours)) is not None:
                found[theirs] = str(limit)
        if self.spec["type"] == "number":
            found["step"] = "any"
        return found


def _spec(form: Form, part: Field) -> Spec:
    operation = OPERATIONS[form.operation]
    spec = operation.field(part.name)
    if part.is_required:
        return {**spec, "required": True, "nullable": False}
    parents = part.name.split(".")[:-1]
    outer = [".".join(parents[: depth + 1]) for depth in range(len(parents))]
    if any(
        operation.field(name).get("nullable") or name in form.whole for name in outer
    ):  # it may be absent as a whole
        return {**spec, "required": False}
    return spec


def of_part(form: Form, part: Field) -> BoundField:
    spec = _spec(form, part)
    last = part.name.rpartition(".")[2]
    choices = spec.get("enum") or spec.get("items", {}).get("enum") or []
    return BoundField(
        name=part.name,
        label=part.label or label(last),
        hint=spec.get("description", "") if part.hint is None else part.hint,
        widget=part.widget or _widget(spec),
        spec=spec,
        order=part.columns,
        item=part.item,
        options=part.options or [(choice, label(choice)) for choice in choices] or _yes_or_no(spec),
    )


def _yes_or_no(spec: Spec) -> Sequence[tuple[str, str]]:
    return YES_OR_NO if spec["type"] == "boolean" else ()


def _widget(spec: Spec) -> str:
    if spec["type"] == "array" and spec.get("items", {}).get("fields"):
        return "rows"
    if spec["type"] == "array":
        return "choices" if spec.get("items", {}).get("enum") else "lines"
    if spec["type"] in ("object", "any"):
        return "json"
    if spec["type"] == "boolean":
        return "select" if spec.get("nullable") else "checkbox"
    if spec.get("enum"):
        return "select"
    return "textarea" if spec.get("max_length", 0) > LONG_TEXT and "format" not in spec else "input"


def at(value: object, name: str) -> object:
    for part in name.split("."):
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def fill(bound_field: BoundField, value: object, zone: str) -> None:
    if bound_field.widget == "choices":
        bound_field.values = tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()
    elif bound_field.widget == "lines":
        bound_field.value = "\n".join(map(str, value)) if isinstance(value, (list, tuple)) else ""
    elif bound_field.widget in OBJECTS:
        objects = value if isinstance(value, (list, tuple)) else ()
        bound_field.rows = [{name: shown(row.get(name)) for name in bound_field.columns} for row in objects]
    elif bound_field.widget == "json":
        bound_field.value = json.dumps(value, indent=2, ensure_ascii=False) if value is not None else ""
    elif bound_field.widget in hours.WIDGETS:
        bound_field.grid = hours.rows(bound_field.widget, value)
    elif bound_field.widget == "checkbox":
        bound_field.value = "true" if value else ""
    elif isinstance(value, bool):
        bound_field.value = "true" if value else "false"
    elif value is not None:
        bound_field.value = (
            _local(str(value), zone) if bound_field.spec.get("format") == "date-time" else shown(value)
        )


def shown(value: object) -> str:
    if value is None:
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _local(text: str, zone: str) -> str:
    """A time of the API as `datetime-local` shows it, in the organization's zone."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class Posted:
    """The fields of a request of a form, in order, and its file."""

    pairs: tuple[tuple[str, str], ...]
    file: bytes | None = None

    def one(self, name: str) -> str:
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.pairs if key == name)


def remember(bound_field: BoundField, posted: Posted) -> None:
    if bound_field.widget == "choices":
        bound_field.values = posted.all(bound_field.name)
    elif bound_field.widget in OBJECTS:
        columns = [posted.all(f"{bound_field.name}.{name}") for name in bound_field.columns]
        bound_field.rows = [
            dict(zip(bound_field.columns, row, strict=True)) for row in zip(*columns, strict=False)
        ]
    elif bound_field.widget in hours.WIDGETS:
        bound_field.grid = hours.entered(bound_field.widget, bound_field.name, posted)
    elif bound_field.widget == "checkbox":
        bound_field.value = "true" if posted.one(bound_field.name) else ""
    else:
        bound_field.value = posted.one(bound_field.name).replace("\r\n", "\n")


def converted(bound_field: BoundField, zone: str) -> object:
    """The JSON value of a field; None if it is empty. Raises: ValueError with the text for the person."""
    text, kind = bound_field.value.strip(), bound_field.spec["type"]
    if bound_field.widget in ("choices", "lines", *OBJECTS, *hours.WIDGETS):
        return _several(bound_field)
    if bound_field.widget == "checkbox":
        return bool(text)
    if not text:
        return None
    if bound_field.widget == "json":
        return _json(text)
    if kind == "boolean":
        return text == "true"
    if kind in ("integer", "number"):
        return _numeric(kind, text)
    if bound_field.spec.get("format") == "date-time":
        return _utc(text, zone)
    return bound_field.value if bound_field.widget == "textarea" else text


def _several(bound_field: BoundField) -> object:
    """The value of a widget with several values."""
    if bound_field.widget == "choices":
        return list(bound_field.values)
    if bound_field.widget == "lines":
        return lines(bound_field.value)
    if bound_field.widget in OBJECTS:
        return [
            _object(bound_field.columns, row)
            for row in bound_field.rows
            if is_entered(bound_field.columns, row)
        ] or None
    return hours.value(bound_field.widget, bound_field.grid)


def lines(text: str) -> list[str]:
    """The entries of the widget `lines`."""
    return [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]


def _place(column: Spec) -> tuple[bool, bool, bool]:
    return not column.get("enum"), "default" in column, not column.get("required")


def is_entered(columns: Mapping[str, Spec], row: Mapping[str, str]) -> bool:
    """Whether the person wrote into a row. Choices, defaults and ids are there already."""
    return any(
        row[name].strip()
        for name, spec in columns.items()
        if not spec.get("enum") and "default" not in spec and not name.endswith("_id")
    )


def _object(columns: Mapping[str, Spec], row: Mapping[str, str]) -> Json:
    found: Json = {}
    for name, spec in columns.items():
        if text := row[name].strip():
            found[name] = _numeric(spec["type"], text) if spec["type"] in ("integer", "number") else text
        elif spec.get("required") and spec["type"] == "string" and not spec.get("min_length"):
            found[name] = ""  # required, and may be empty
    return found


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("This is not valid JSON.") from None


def _numeric(kind: str, text: str) -> float:
    if kind == "integer":
        return _number(text, int, "Enter a whole number.")
    return _number(text, float, "Enter a number.")


def _number(text: str, convert: type[int] | type[float], message: str) -> float:
    try:
        return convert(text)
    except ValueError:
        raise ValueError(message) from None


def _utc(text: str, zone: str) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Enter a date and a time.") from None
    local = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def put(body: Json, name: str, value: object) -> None:
    *parents, last = name.split(".")
    for part in parents:
        body = body.setdefault(part, {})
    body[last] = value
