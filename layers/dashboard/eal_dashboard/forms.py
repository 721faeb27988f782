"""Forms: the fields that a page declares, with the types, choices and limits of the API's models."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eal_dashboard import hours, lists
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import PARAMETER
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal_dashboard.client import Response
    from eal_dashboard.operations import Json, Spec
    from eal_dashboard.page import Field, Form

NAME, KEY, ETAG, PLACE = "_form", "_key", "_etag", "_place"
"""The hidden fields: the form, its Idempotency-Key, the version that it changes, the organization and mode."""
SEEN = "_seen"
"""The hidden field with what the person saw of the resource, as JSON."""
CONFIRMATION = "_confirmation"
"""The field for a form's `confirmation`."""
CHANGE = "_change"
"""The field of buttons that change the form itself, such as `add scenes`, and send nothing to the API."""
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
EDITS = frozenset({"PATCH", "PUT"})
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
    """Of the widgets for arrays of objects: what the person entered for each object."""
    order: tuple[str, ...] = ()
    item: str = ""
    faults: frozenset[str] = frozenset()
    """Of these widgets: the columns that the API refused, such as `2.narration`."""
    grid: Sequence[Json] = ()
    """Of the widgets in hours.py: the rows."""
    error: str = ""
    options: Sequence[tuple[str, str]] = ()

    @property
    def is_required(self) -> bool:
        return bool(self.spec.get("required")) and not self.spec.get("nullable")

    @property
    def columns(self) -> dict[str, Spec]:
        """Of these widgets: the fields of an object, in the declared order; otherwise first the choices, last what
        has a default."""
        fields = self.spec["items"]["fields"]
        if self.order:
            return {name: fields[name] for name in self.order}
        return dict(sorted(fields.items(), key=lambda one: _place(one[1])))

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


@dataclass
class BoundForm:
    """A form that a template shows."""

    form: Form
    fields: dict[str, BoundField]
    key: str
    place: str
    etag: str = ""
    error: str = ""
    upload_error: str = ""
    is_allowed: bool = True
    needs_sign_in: bool = False
    targets: Json = field(default_factory=dict)
    """Values for parameters of the operation's path that are not in the page's address, and for hidden fields."""
    seen: Json = field(default_factory=dict)
    """What the person saw of the resource: the values of the fields that edit it, and of the form's `seen`."""
    is_stale: bool = False
    """Whether the API just refused the form because somebody else had changed the resource."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many rows the lists with numbered fields have, at least one each."""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        found = [(NAME, self.form.key), (KEY, self.key), (PLACE, self.place)]
        if self.seen:
            found.append((SEEN, json.dumps(self.seen, ensure_ascii=False)))
        return [*found, (ETAG, self.etag)] if self.etag else found

    @property
    def is_edit(self) -> bool:
        """Whether a field that is left alone keeps its value."""
        return OPERATIONS[self.form.operation].method in EDITS

    @property
    def id(self) -> str:
        return "-".join(("form", self.form.key, *self.targets.values()))

    @property
    def has_error(self) -> bool:
        return bool(self.error or self.upload_error) or any(one.error for one in self.fields.values())

    @property
    def complaint(self) -> str:
        """All errors as one text."""
        placed = [f"{one.label}: {one.error}" for one in self.fields.values() if one.error]
        return " ".join(one for one in (*placed, self.upload_error) if one) or self.error


def _new_key() -> str:
    return secrets.token_urlsafe(24)


def bound(
    form: Form, place: str, current: Json | None = None, etag: str = "", zone: str = "UTC"
) -> BoundForm:
    """A form as the page shows it first. One that edits a resource has its current values."""
    made = BoundForm(form, {}, _new_key(), place, etag)
    if made.is_edit and current is not None:
        made.seen = {part.name: _at(current, part.name) for part in form.parts}
    for part in form.parts:
        one = _field(form, part)
        made.fields[part.name] = one
        start = part.value if part.value is not None else one.spec.get("default")
        _fill(one, _at(current, part.name) if made.is_edit and current is not None else start, zone)
    for name in lists.numbered(made.fields):
        rows = _at(current, name) if made.is_edit else None
        made.counts[name] = max(1, len(rows)) if isinstance(rows, list) else 1
    return made


def of_row(made: BoundForm, targets: dict[str, str], current: Json, etag: str, zone: str) -> BoundForm:
    """The form of one row of a list, with the row's values and version.

    If the form of this row was just refused, it keeps what the person entered, and the errors.
    """
    if made.has_error and made.targets == targets:
        merge(made, current, etag, zone)
        return made
    row = bound(made.form, made.place, etag=etag)
    names = made.form.seen or (made.fields if made.is_edit else ())
    row.seen = {name: _at(current, name) for name in names}
    row.targets, row.is_allowed, row.needs_sign_in = targets, made.is_allowed, made.needs_sign_in
    for one in row.fields.values():
        _fill(one, _at(current, one.name), zone)
    return row


def targets_of(made: BoundForm, path: Mapping[str, str], posted: Posted) -> dict[str, str]:
    """What a request says about the row whose form it is."""
    parameters = PARAMETER.findall(OPERATIONS[made.form.operation].path)
    hidden = [one.name for one in made.fields.values() if one.widget == "hidden"]
    return {name: posted.one(name) for name in (*parameters, *hidden) if name not in path}


def seen_in(posted: Posted) -> Json:
    """What the person had seen of the resource when they sent its form."""
    try:
        seen = json.loads(posted.one(SEEN) or "{}")
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}


def changes(seen: Json, current: Json) -> list[Json]:
    """The values that are no longer as the person saw them."""
    now = {name: _at(current, name) for name in seen}
    return [
        {"field": name, "from": before, "to": now[name]}
        for name, before in seen.items()
        if before != now[name]
    ]


def merge(made: BoundForm, current: Json, etag: str, zone: str) -> None:
    """Make a stale form current: a field that the person left alone has the resource's present value.

    So nobody's change is lost if the form is sent again. What both changed stays as the person entered it, and says so.
    A form that was refused for another reason keeps the version that the person saw.
    """
    if not made.is_stale:
        return
    made.etag = etag
    edited = {one["field"] for one in changes(made.seen, current)} & made.fields.keys()
    for part in dict.fromkeys(_part(made, name) for name in edited):
        names = [name for name in made.fields if _part(made, name) == part]
        fields = [made.fields[name] for name in names]
        before = [_filled(one, made.seen.get(one.name), zone) for one in fields]
        now = [_filled(one, _at(current, one.name), zone) for one in fields]
        entered = _attempted(fields, zone)
        if entered == _attempted(before, zone):
            made.fields |= dict(zip(names, now, strict=True))
            if part in made.counts:
                rows = _at(current, part)
                made.counts[part] = max(1, len(rows)) if isinstance(rows, list) else 1
        elif entered != _attempted(now, zone):
            what = f"these {label(part).lower()}" if part in made.counts else f"this{_to(_at(current, part))}"
            fields[0].error = f"Somebody else changed {what}. What you entered is kept here."
    if edited:
        made.error = CONFLICTS["merged"]
    made.seen = {name: _at(current, name) for name in made.seen}


def _part(made: BoundForm, name: str) -> str:
    """What is merged as a whole: a list with numbered fields, whose rows may have moved, or a field."""
    return next((one for one in made.counts if name.startswith(f"{one}.")), name)


def _to(value: object) -> str:
    return (
        f" to “{_text(value)}”"
        if isinstance(value, (str, int, float)) and not isinstance(value, bool)
        else ""
    )


def _filled(one: BoundField, value: object, zone: str) -> BoundField:
    made = replace(one, value="", values=(), rows=[], grid=())
    try:
        _fill(made, value, zone)
    except (ValueError, TypeError, AttributeError):  # a value that is not of the API: the browser sent it
        return one
    return made


def _attempted(fields: Sequence[BoundField], zone: str) -> list[object]:
    """The JSON values of fields; what was entered if it has none."""
    found: list[object] = []
    for one in fields:
        try:
            found.append(_converted(one, zone))
        except (ValueError, TypeError, KeyError):
            found.append((one.value, one.values, one.rows, one.grid))
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


def _field(form: Form, part: Field) -> BoundField:
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
        options=part.options or [(one, label(one)) for one in choices] or _yes_or_no(spec),
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


def _at(value: object, name: str) -> object:
    for part in name.split("."):
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def _fill(one: BoundField, value: object, zone: str) -> None:
    if one.widget == "choices":
        one.values = tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()
    elif one.widget == "lines":
        one.value = "\n".join(map(str, value)) if isinstance(value, (list, tuple)) else ""
    elif one.widget in OBJECTS:
        objects = value if isinstance(value, (list, tuple)) else ()
        one.rows = [{name: _text(row.get(name)) for name in one.columns} for row in objects]
    elif one.widget == "json":
        one.value = json.dumps(value, indent=2, ensure_ascii=False) if value is not None else ""
    elif one.widget in hours.WIDGETS:
        one.grid = hours.rows(one.widget, value)
    elif one.widget == "checkbox":
        one.value = "true" if value else ""
    elif isinstance(value, bool):
        one.value = "true" if value else "false"
    elif value is not None:
        one.value = _local(str(value), zone) if one.spec.get("format") == "date-time" else _text(value)


def _text(value: object) -> str:
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


def remember(form: BoundForm, posted: Posted) -> None:
    """Fill the form with what the person entered."""
    for one in form.fields.values():
        _remember(one, posted)
    for name in form.counts:
        form.counts[name] = lists.counted(name, form.fields, (key for key, _ in posted.pairs))


def read(form: BoundForm, posted: Posted, zone: str) -> Json:
    """The body of the operation. A field that cannot be converted gets an error, and is omitted."""
    remember(form, posted)
    _drop_empty(form)
    body: Json = json.loads(json.dumps(form.form.fixed))
    for one in form.fields.values():
        try:
            value = _converted(one, zone)
        except ValueError as error:
            one.error = str(error)
            continue
        if value is not None or (form.is_edit and one.spec.get("nullable")):
            _put(body, one.name, value)
    for name in form.counts:
        rows = _at(body, name)
        _put(body, name, [row for row in rows.values() if _has_text(row)] if isinstance(rows, dict) else [])
    if not _is_confirmed(form.form, posted):
        form.error = f"Type {form.form.confirmation} to confirm."
    for name in form.form.whole:
        found = _at(body, name)
        if not isinstance(found, dict) or not any(found.values()):
            _put(body, name, None)
    return body


def _drop_empty(form: BoundForm) -> None:
    """Remove the rows without an entry, so that the API counts the others as the page does."""
    for one in form.fields.values():
        if one.widget == "items":
            one.rows = [row for row in one.rows if _is_entered(one.columns, row)]
    for name, count in form.counts.items():
        texts = [one for one in form.fields.values() if one.spec["type"] in ("string", "array")]
        full = [
            row
            for row in range(count)
            if any((one.value or one.rows) and one.name.startswith(f"{name}.{row}.") for one in texts)
        ]
        lists.arrange(form, name, full, bound(form.form, form.place))


def _has_text(row: Json) -> bool:
    """Whether a person filled the row of a list: a number alone may be what the form proposed."""
    return any(isinstance(value, (str, list)) and value for value in row.values())


def _is_confirmed(form: Form, posted: Posted) -> bool:
    typed = posted.one(CONFIRMATION).strip().casefold()
    return not form.confirmation or typed == form.confirmation.casefold()


def _remember(one: BoundField, posted: Posted) -> None:
    if one.widget == "choices":
        one.values = posted.all(one.name)
    elif one.widget in OBJECTS:
        columns = [posted.all(f"{one.name}.{name}") for name in one.columns]
        one.rows = [dict(zip(one.columns, row, strict=True)) for row in zip(*columns, strict=False)]
    elif one.widget in hours.WIDGETS:
        one.grid = hours.entered(one.widget, one.name, posted)
    elif one.widget == "checkbox":
        one.value = "true" if posted.one(one.name) else ""
    else:
        one.value = posted.one(one.name).replace("\r\n", "\n")


def _converted(one: BoundField, zone: str) -> object:
    """The JSON value of a field; None if it is empty. Raises: ValueError with the text for the person."""
    text, kind = one.value.strip(), one.spec["type"]
    if one.widget in ("choices", "lines", *OBJECTS, *hours.WIDGETS):
        return _several(one)
    if one.widget == "checkbox":
        return bool(text)
    if not text:
        return None
    if one.widget == "json":
        return _json(text)
    if kind == "boolean":
        return text == "true"
    if kind in ("integer", "number"):
        return _numeric(kind, text)
    if one.spec.get("format") == "date-time":
        return _utc(text, zone)
    return one.value if one.widget == "textarea" else text


def _several(one: BoundField) -> object:
    """The value of a widget with several values."""
    if one.widget == "choices":
        return list(one.values)
    if one.widget == "lines":
        return lines(one.value)
    if one.widget in OBJECTS:
        return [_object(one.columns, row) for row in one.rows if _is_entered(one.columns, row)] or None
    return hours.value(one.widget, one.grid)


def lines(text: str) -> list[str]:
    """The entries of the widget `lines`."""
    return [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]


def _place(column: Spec) -> tuple[bool, bool, bool]:
    return not column.get("enum"), "default" in column, not column.get("required")


def _is_entered(columns: Mapping[str, Spec], row: Mapping[str, str]) -> bool:
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


def _put(body: Json, name: str, value: object) -> None:
    *parents, last = name.split(".")
    for part in parents:
        body = body.setdefault(part, {})
    body[last] = value


CONFLICTS = {
    "precondition_failed": "Somebody changed this while you were looking at it. Look at the current values, then "
    "try again.",
    "merged": "Somebody changed this while you were looking at it. The form now has their changes, with yours over "
    "them: check it, then send it again.",
    "rate_limited": "Too many requests in a short time. Wait a minute, then try again.",
    "unavailable": "The API did not answer in time. Try again: the change is not made twice.",
}


def refused(form: BoundForm, response: Response) -> None:
    """Show why the API refused the request: at the fields that it names, and above the form otherwise.

    A refused request made nothing, and its corrected body needs another key. One without an answer may have made the
    change, and keeps its key.
    """
    form.is_stale = response.code == "precondition_failed"
    if response.code != "unavailable":
        form.key = _new_key()
    unplaced = []
    for fault in response.details.get("fields", []):
        pointer = str(fault.get("pointer", "")).strip("/").replace("/", ".")
        one = _nearest(form.fields, pointer)
        if one is None:
            unplaced.append(f"{_place_of(pointer)}{fault.get('message')}")
            continue
        one.error = one.error or _message(one, pointer, str(fault.get("message")))
        one.faults |= {pointer.removeprefix(f"{one.name}.")}
    is_placed = any(one.error for one in form.fields.values())
    text = CONFLICTS.get(response.code, response.message)
    form.error = " ".join(unplaced) if unplaced else "Check the marked fields." if is_placed else text


def _place_of(pointer: str) -> str:
    """`steps.0` becomes `Steps 1: `."""
    parts = [str(int(part) + 1) if part.isdecimal() else label(part) for part in pointer.split(".") if part]
    return f"{' '.join(parts)}: " if parts else ""


def _message(one: BoundField, pointer: str, message: str) -> str:
    inner = pointer.removeprefix(one.name).strip(".")
    row, _, column = inner.partition(".")
    if one.widget in OBJECTS and row.isdecimal():
        place = f"{one.item or 'Row'} {int(row) + 1}"
        return f"{place}, {label(column).lower()}: {message}" if column else f"{place}: {message}"
    return hours.placed(one.widget, inner, message) if one.widget in hours.WIDGETS and inner else message


def _nearest(fields: Mapping[str, BoundField], pointer: str) -> BoundField | None:
    """The field of a pointer, or the one that contains it: `phones.0` belongs to `phones`."""
    while pointer:
        if pointer in fields:
            return fields[pointer]
        pointer = pointer.rpartition(".")[0]
    return None
