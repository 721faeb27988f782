"""Forms: the fields that a page declares, with the types, choices and limits of the API's models."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from eal_dashboard import hours, inputs, lists
from eal_dashboard.inputs import OBJECTS
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import PARAMETER
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal_dashboard.client import ClientResponse
    from eal_dashboard.inputs import BoundField, Posted
    from eal_dashboard.operations import Json
    from eal_dashboard.page import Form

NAME, KEY, ETAG, TENANT = "_form", "_key", "_etag", "_tenant"
"""The hidden fields: the form, its Idempotency-Key, the version that it changes, the organization and mode."""
SEEN = "_seen"
"""The hidden field with what the person saw of the resource, as JSON."""
CONFIRMATION = "_confirmation"
"""The field for a form's `confirmation`."""
CHANGE = "_change"
"""The field of buttons that change the form itself, such as `add scenes`, and send nothing to the API."""
EDITS = frozenset({"PATCH", "PUT"})


@dataclass
class BoundForm:
    """A form that a template shows."""

    form: Form
    fields: dict[str, BoundField]
    key: str
    tenant: str
    etag: str = ""
    error: str = ""
    upload_error: str = ""
    is_allowed: bool = True
    needs_sign_in: bool = False
    targets: Json = field(default_factory=dict)
    """Values for parameters of the operation's path that are not in the page's address, and for hidden fields."""
    seen: Json = field(default_factory=dict)
    """Values of the resource that the person saw: the values of the fields that edit it, and of the form's `seen`."""
    is_stale: bool = False
    """Whether the API just refused the form because somebody else had changed the resource."""
    counts: dict[str, int] = field(default_factory=dict)
    """Number of rows of each list with numbered fields, at least one each."""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        found = [(NAME, self.form.key), (KEY, self.key), (TENANT, self.tenant)]
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
        return bool(self.error or self.upload_error) or any(
            bound_field.error for bound_field in self.fields.values()
        )

    @property
    def complaint(self) -> str:
        """All errors as one text."""
        placed = [
            f"{bound_field.label}: {bound_field.error}"
            for bound_field in self.fields.values()
            if bound_field.error
        ]
        return " ".join(error for error in (*placed, self.upload_error) if error) or self.error


def _new_key() -> str:
    return secrets.token_urlsafe(24)


def bound(
    form: Form, tenant: str, current: Json | None = None, etag: str = "", zone: str = "UTC"
) -> BoundForm:
    """A form as the page shows it first. One that edits a resource has its current values."""
    bound_form = BoundForm(form, {}, _new_key(), tenant, etag)
    if bound_form.is_edit and current is not None:
        bound_form.seen = {part.name: inputs.at(current, part.name) for part in form.parts}
    for part in form.parts:
        bound_field = inputs.of_part(form, part)
        bound_form.fields[part.name] = bound_field
        start = part.value if part.value is not None else bound_field.spec.get("default")
        inputs.fill(
            bound_field,
            inputs.at(current, part.name) if bound_form.is_edit and current is not None else start,
            zone,
        )
    for name in lists.numbered(bound_form.fields):
        rows = inputs.at(current, name) if bound_form.is_edit else None
        bound_form.counts[name] = max(1, len(rows)) if isinstance(rows, list) else 1
    return bound_form


def prefill(bound_form: BoundForm, query: Mapping[str, str], names: Sequence[str]) -> Json:
    """Fill the empty fields of these names with what the address of the page says, for links from other records.
    Returns no value for the template."""
    for name in names:
        bound_form.fields[name].value = bound_form.fields[name].value or query.get(name, "").strip()[:254]
    return {}


def of_row(bound_form: BoundForm, targets: dict[str, str], current: Json, etag: str, zone: str) -> BoundForm:
    """The form of one row of a list, with the row's values and version.

    If the form of this row was just refused, it keeps what the person entered, and the errors.
    """
    if bound_form.has_error and bound_form.targets == targets:
        merge(bound_form, current, etag, zone)
        return bound_form
    row = bound(bound_form.form, bound_form.tenant, etag=etag)
    names = bound_form.form.seen or (bound_form.fields if bound_form.is_edit else ())
    row.seen = {name: inputs.at(current, name) for name in names}
    row.targets, row.is_allowed, row.needs_sign_in = targets, bound_form.is_allowed, bound_form.needs_sign_in
    for bound_field in row.fields.values():
        inputs.fill(bound_field, inputs.at(current, bound_field.name), zone)
    return row


def targets_of(bound_form: BoundForm, path: Mapping[str, str], posted: Posted) -> dict[str, str]:
    """The parameters by which a request names the row whose form it is."""
    parameters = PARAMETER.findall(OPERATIONS[bound_form.form.operation].path)
    hidden = [
        bound_field.name for bound_field in bound_form.fields.values() if bound_field.widget == "hidden"
    ]
    return {name: posted.one(name) for name in (*parameters, *hidden) if name not in path}


def seen_in(posted: Posted) -> Json:
    """The values of the resource that the person had seen when they sent its form."""
    try:
        seen = json.loads(posted.one(SEEN) or "{}")
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}


def changes(seen: Json, current: Json) -> list[Json]:
    """The values that are no longer as the person saw them."""
    now = {name: inputs.at(current, name) for name in seen}
    return [
        {"field": name, "from": before, "to": now[name]}
        for name, before in seen.items()
        if before != now[name]
    ]


def merge(bound_form: BoundForm, current: Json, etag: str, zone: str) -> None:
    """Make a stale form current: a field that the person left alone has the resource's present value.

    So nobody's change is lost if the form is sent again. What both changed stays as the person entered it, and says so.
    A form that was refused for another reason keeps the version that the person saw.
    """
    if not bound_form.is_stale:
        return
    bound_form.etag = etag
    edited = {change["field"] for change in changes(bound_form.seen, current)} & bound_form.fields.keys()
    for part in dict.fromkeys(_part(bound_form, name) for name in edited):
        names = [name for name in bound_form.fields if _part(bound_form, name) == part]
        fields = [bound_form.fields[name] for name in names]
        before = [_filled(bound_field, bound_form.seen.get(bound_field.name), zone) for bound_field in fields]
        now = [_filled(bound_field, inputs.at(current, bound_field.name), zone) for bound_field in fields]
        entered = _attempted(fields, zone)
        if entered == _attempted(before, zone):
            bound_form.fields |= dict(zip(names, now, strict=True))
            if part in bound_form.counts:
                rows = inputs.at(current, part)
                bound_form.counts[part] = max(1, len(rows)) if isinstance(rows, list) else 1
        elif entered != _attempted(now, zone):
            what = (
                f"these {label(part).lower()}"
                if part in bound_form.counts
                else f"this{_to(inputs.at(current, part))}"
            )
            fields[0].error = f"Somebody else changed {what}. What you entered is kept here."
    if edited:
        bound_form.error = CONFLICTS["merged"]
    bound_form.seen = {name: inputs.at(current, name) for name in bound_form.seen}


def _part(bound_form: BoundForm, name: str) -> str:
    """The part that is merged as a whole: a list with numbered fields, whose rows may have moved, or a field."""
    return next((listed for listed in bound_form.counts if name.startswith(f"{listed}.")), name)


def _to(value: object) -> str:
    return (
        f" to “{inputs.shown(value)}”"
        if isinstance(value, (str, int, float)) and not isinstance(value, bool)
        else ""
    )


def _filled(bound_field: BoundField, value: object, zone: str) -> BoundField:
    bound_form = replace(bound_field, value="", values=(), rows=[], grid=())
    try:
        inputs.fill(bound_form, value, zone)
    except (ValueError, TypeError, AttributeError):  # a value that is not of the API: the browser sent it
        return bound_field
    return bound_form


def _attempted(fields: Sequence[BoundField], zone: str) -> list[object]:
    """The JSON values of fields; what was entered if it has none."""
    found: list[object] = []
    for bound_field in fields:
        try:
            found.append(inputs.converted(bound_field, zone))
        except (ValueError, TypeError, KeyError):
            found.append((bound_field.value, bound_field.values, bound_field.rows, bound_field.grid))
    return found


def remember(form: BoundForm, posted: Posted) -> None:
    """Fill the form with what the person entered."""
    for bound_field in form.fields.values():
        inputs.remember(bound_field, posted)
    for name in form.counts:
        form.counts[name] = lists.counted(name, form.fields, (key for key, _ in posted.pairs))


def read(form: BoundForm, posted: Posted, zone: str) -> Json:
    """The body of the operation. A field that cannot be converted gets an error, and is omitted."""
    remember(form, posted)
    _drop_empty(form)
    body: Json = json.loads(json.dumps(form.form.fixed))
    for bound_field in form.fields.values():
        try:
            value = inputs.converted(bound_field, zone)
        except ValueError as error:
            bound_field.error = str(error)
            continue
        if value is not None or (form.is_edit and bound_field.spec.get("nullable")):
            inputs.put(body, bound_field.name, value)
    for name in form.counts:
        rows = inputs.at(body, name)
        inputs.put(
            body, name, [row for row in rows.values() if _has_text(row)] if isinstance(rows, dict) else []
        )
    if not _is_confirmed(form.form, posted):
        form.error = f"Type {form.form.confirmation} to confirm."
    for name in form.form.whole:
        found = inputs.at(body, name)
        if not isinstance(found, dict) or not any(found.values()):
            inputs.put(body, name, None)
    return body


def _drop_empty(form: BoundForm) -> None:
    """Remove the rows without an entry, so that the API counts the others as the page does."""
    for bound_field in form.fields.values():
        if bound_field.widget == "items":
            bound_field.rows = [
                row for row in bound_field.rows if inputs.is_entered(bound_field.columns, row)
            ]
    for name, count in form.counts.items():
        texts = [
            bound_field
            for bound_field in form.fields.values()
            if bound_field.spec["type"] in ("string", "array")
        ]
        full = [
            row
            for row in range(count)
            if any(
                (text_field.value or text_field.rows) and text_field.name.startswith(f"{name}.{row}.")
                for text_field in texts
            )
        ]
        lists.arrange(form, name, full, bound(form.form, form.tenant))


def _has_text(row: Json) -> bool:
    """Whether a person filled the row of a list: a number alone may be what the form proposed."""
    return any(isinstance(value, (str, list)) and value for value in row.values())


def _is_confirmed(form: Form, posted: Posted) -> bool:
    typed = posted.one(CONFIRMATION).strip().casefold()
    return not form.confirmation or typed == form.confirmation.casefold()


CONFLICTS = {
    "precondition_failed": "Somebody changed this while you were looking at it. Look at the current values, then "
    "try again.",
    "merged": "Somebody changed this while you were looking at it. The form now has their changes, with yours on "
    "top: check it, then send it again.",
    "rate_limited": "Too many requests in a short time. Wait a minute, then try again.",
    "unavailable": "The API did not respond in time. Try again: the change is not made twice.",
}


def refused(form: BoundForm, response: ClientResponse) -> None:
    """Show why the API refused the request: at the fields that it names, and above the form otherwise.

    A refused request made nothing, and its corrected body needs another key. One without a response may have made the
    change, and keeps its key.
    """
    form.is_stale = response.code == "precondition_failed"
    if response.code != "unavailable":
        form.key = _new_key()
    unplaced = []
    for fault in response.details.get("fields", []):
        pointer = str(fault.get("pointer", "")).strip("/").replace("/", ".")
        bound_field = _nearest(form.fields, pointer)
        if bound_field is None:
            unplaced.append(f"{_place_of(pointer)}{fault.get('message')}")
            continue
        bound_field.error = bound_field.error or _message(bound_field, pointer, str(fault.get("message")))
        bound_field.faults |= {pointer.removeprefix(f"{bound_field.name}.")}
    is_placed = any(bound_field.error for bound_field in form.fields.values())
    text = CONFLICTS.get(response.code, response.message)
    form.error = " ".join(unplaced) if unplaced else "Check the marked fields." if is_placed else text


def _place_of(pointer: str) -> str:
    """`steps.0` becomes `Steps 1: `."""
    parts = [str(int(part) + 1) if part.isdecimal() else label(part) for part in pointer.split(".") if part]
    return f"{' '.join(parts)}: " if parts else ""


def _message(bound_field: BoundField, pointer: str, message: str) -> str:
    inner = pointer.removeprefix(bound_field.name).strip(".")
    row, _, column = inner.partition(".")
    if bound_field.widget in OBJECTS and row.isdecimal():
        place = f"{bound_field.item or 'Row'} {int(row) + 1}"
        return f"{place}, {label(column).lower()}: {message}" if column else f"{place}: {message}"
    return (
        hours.placed(bound_field.widget, inner, message)
        if bound_field.widget in hours.WIDGETS and inner
        else message
    )


def _nearest(fields: Mapping[str, BoundField], pointer: str) -> BoundField | None:
    """The field of a pointer, or the one that contains it: `phones.0` belongs to `phones`."""
    while pointer:
        if pointer in fields:
            return fields[pointer]
        pointer = pointer.rpartition(".")[0]
    return None
