"""The declaration of a page: its address, the calls that it shows, its template and its forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS, SCOPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eal_dashboard.operations import Json

PARAMETER = re.compile(r"{(\w+)}")
VIEW = "view"
"""The parameter of a page's address that names its view."""


class PageNotFound(Exception):
    """Raised by a page's `prepare` if what its address names does not exist. The person reads both texts."""

    def __init__(
        self,
        title: str = "There is nothing at this address.",
        text: str = "It may have been deleted, or it belongs to another organization or mode.",
    ) -> None:
        super().__init__(title)
        self.title = title
        self.text = text


class MovedTo(Exception):
    """Raised by a page's `prepare` to lead to another page of the dashboard."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True)
class Call:
    """A GET whose response the template reads by the call's name.

    A parameter in the operation's path has the value of the same parameter in the page's address. `query` names
    parameters that pass from the page's address to the operation. A `fixed` value may contain a parameter of the
    page's path, such as `{lead_id}`. If an `optional` call fails, or the member's role does not allow it, the template
    gets None and the rest of the page is shown.

    A call that `depends_on` another one waits for it: `targets` derives the parameters of the path from its response.
    If that call fails, or there are none, this one is not made and the template gets None.

    A call with `after_refusal_of` a form is made only if the API just refused this form, with the ids in it. A call
    with `only_if` is made unless the page's address has another value for the parameter: `("column", "new")`.
    """

    operation: str
    query: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    depends_on: str = ""
    targets: Callable[[Json], Mapping[str, str] | None] | None = None
    after_refusal_of: str = ""
    only_if: tuple[str, str] | None = None


@dataclass(frozen=True)
class Field:
    """A field of a form, if its name alone is not enough. `name` is dotted: `address.city`."""

    name: str
    label: str = ""
    hint: str | None = None
    widget: str = ""
    """One of WIDGETS in inputs.py; derived from the type if empty."""
    value: object = None
    """Value in a new form; the API's default if None."""
    options: tuple[tuple[str, str], ...] = ()
    """The choices with their labels, if those of the API need others."""
    is_required: bool = False
    """Whether this form needs a value, although the operation as such does not."""
    columns: tuple[str, ...] = ()
    """Fields of each object of an array, in the order of the form."""
    item: str = ""
    """Name of one object of an array."""


@dataclass(frozen=True)
class Upload:
    """The file of a form whose operation returns an `upload`: the URL to which the file is PUT, with its headers.

    `types` has the extensions of each content type. If it `is_declared`, the operation wants its name, type, size and
    SHA-256, so only a script can send it, which sends several at once.
    """

    label: str
    hint: str
    types: Mapping[str, tuple[str, ...]]
    max_bytes: int
    is_declared: bool = False

    @property
    def accept(self) -> str:
        """HTML's attribute for the dialog that chooses files."""
        return ",".join(
            (*self.types, *(extension for extensions in self.types.values() for extension in extensions))
        )


@dataclass(frozen=True)
class Form:
    """A form that calls an operation. Limits and choices of its fields come from the OpenAPI document.

    The page shows itself again with the errors of a refused request. `done` is the sentence that follows a success,
    on the page `then`, whose parameters come from the page's address and the response; it may end with `#{id}`.
    `result` names a template that shows the response itself, for a secret that is shown once or a count. `of` names
    the call whose response fills the fields, and whose version must still be current. `whole` names objects, inner
    ones first, that are null if all their fields are empty. `steps.0.subject` is a field of a list's first row; rows
    without text are omitted. `seen` names values of a row that its form remembers, so that the page can show what has
    changed since if it is refused.
    """

    operation: str
    fields: tuple[str | Field, ...] = ()
    submit: str = "Save"
    done: str = ""
    name: str = ""
    then: str = ""
    result: str = ""
    of: str = ""
    whole: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    fixed: Mapping[str, object] = field(default_factory=dict)
    is_dangerous: bool = False
    confirmation: str = ""
    """A word that the person must type, for what cannot be undone."""
    upload: Upload | None = None

    @property
    def key(self) -> str:
        return self.name or self.operation

    @property
    def parts(self) -> tuple[Field, ...]:
        return tuple(Field(field) if isinstance(field, str) else field for field in self.fields)


@dataclass(frozen=True)
class Page:
    """`nav` is the page's entry in the menu, in `group`; a page without one belongs to the entry `under`.

    A page with a `view` is another view of the page with the same path: `/leads?view=board`.
    `prepare` derives more values for the template from the responses and the parameters of the address. It may raise
    NotFound or MovedTo.
    """

    path: str
    title: str
    template: str
    view: str = ""
    calls: Mapping[str, Call] = field(default_factory=dict)
    forms: tuple[Form, ...] = ()
    group: str = ""
    nav: str = ""
    under: str = ""
    icon: str = ""
    prepare: Callable[[Json], Json] | None = None
    export: Call | None = None
    """A GET of CSV, which the page's address downloads with `?export=csv`."""

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(PARAMETER.findall(self.path))

    @property
    def filters(self) -> frozenset[str]:
        """The parameters in the query of the page's address that its calls use."""
        return frozenset(name for call in self.calls.values() for name in call.query)

    def is_visible(self, role: str) -> bool:
        """Whether the API allows the role every call that the page cannot do without."""
        return all(
            call.optional or OPERATIONS[call.operation].is_allowed(role) for call in self.calls.values()
        ) and (role in SCOPES)

    def address(self, values: Mapping[str, object]) -> str:
        path = filled(self.path, values)
        return f"{path}?{VIEW}={self.view}" if self.view else path


def filled(path: str, values: Mapping[str, object]) -> str:
    """A path with its parameters replaced. Raises: KeyError if one is missing, ValueError if one is no id."""

    def value(match: re.Match[str]) -> str:
        text = str(values[match[1]])
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", text) or set(text) <= {"."}:
            raise ValueError(f"{match[1]} is not an id")
        return text

    return PARAMETER.sub(value, path)
