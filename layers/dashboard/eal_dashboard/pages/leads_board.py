"""Leads as a board: a column for each status, whose cards are moved by their forms.

Every form has its lead's version. If somebody else changed the lead, the API refuses the move, and the page shows what
has changed above the board, with the form once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from eal_dashboard import forms
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.pages.leads import MOVES
from eal_dashboard.texts import age, label, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal_dashboard.forms import BoundForm
    from eal_dashboard.operations import Json

CARDS = 20
"""Number of cards of a column, until its "Show more"."""
NEEDS_REASON = "lost"
LATE = timedelta(hours=1)
"""A new lead that waits longer for its first contact is marked."""
FILTERS = ("loss_type", "assigned_to", "cursor")


@dataclass(frozen=True)
class Card:
    """`form` is None if nothing may follow the lead's status, or if the form is above the board."""

    lead: Json
    form: BoundForm | None
    waits: str
    """Time for which the lead has waited for its first contact."""
    is_late: bool


@dataclass(frozen=True)
class Column:
    status: str
    cards: Sequence[Card]
    next_cursor: str | None

    @property
    def count(self) -> str:
        return f"{len(self.cards)}{'+' if self.next_cursor else ''}"


@dataclass(frozen=True)
class RefusedMove:
    """The move that the API just refused, and what has happened to its lead since the person saw it."""

    lead: Json
    form: BoundForm
    can_move: bool
    is_stale: bool
    changes: Sequence[Json]
    moved: Json | None
    """The entry of the lead's history with which it came to its present status, if it had another one."""


def _prepare(values: Json) -> Json:
    bound_form = values["forms"]["moveLead"]
    refused = _refused(bound_form, values)
    columns = [_column(status, values, refused) for status in MOVES if values[status]]
    return {
        "columns": columns,
        "column": columns[0] if columns else Column("", (), None),  # of an address with an unknown column
        "is_whole": len(columns) == len(MOVES),
        "is_empty": not any(column.cards or column.next_cursor for column in columns)
        and not _has_filter(values["query"]),
        "refused": refused,
        "failed_form": bound_form if bound_form.has_error and refused is None else None,
        "needs_reason": NEEDS_REASON,
        "loss_types": OPERATIONS["listLeads"].query["loss_type"]["enum"],
    }


def _has_filter(query: Mapping[str, str]) -> bool:
    return any(query.get(name) for name in FILTERS)


def _column(status: str, values: Json, refused: RefusedMove | None) -> Column:
    def card(lead: Json) -> Card:
        is_above = refused is not None and refused.lead["id"] == lead["id"]
        form = None if is_above else _form(values["forms"]["moveLead"], lead, values)
        is_waiting = lead["status"] == "new" and not lead["contacted_at"]
        passed = values["now"] - moment(lead["created_at"])
        return Card(lead, form, age(passed) if is_waiting else "", is_waiting and passed > LATE)

    page = values[status]
    return Column(status, [card(lead) for lead in page["data"]], page["next_cursor"])


def _form(bound_form: BoundForm, lead: Json, values: Json) -> BoundForm | None:
    """The form of a lead, with the moves that its status allows."""
    allowed = MOVES.get(lead["status"], ())
    if not allowed or not bound_form.is_allowed:
        return None
    form = forms.of_row(
        bound_form, {"lead_id": lead["id"]}, lead, f'"{lead["version"]}"', values["member"].timezone
    )
    to = form.fields["to"]
    to.options = [(status, label(status)) for status in allowed]
    if form is not bound_form:
        to.value = allowed[0]
    elif to.value not in allowed:
        to.value = ""  # the person decides again
    return form


def _refused(bound_form: BoundForm, values: Json) -> RefusedMove | None:
    lead, history = values["lead"], values["history"]
    if not bound_form.has_error or lead is None:
        return None
    changes = forms.changes(bound_form.seen, lead)
    for change in changes:
        change |= {side: _shown(change["field"], change[side]) for side in ("from", "to")}
    entries = history["data"] if history else []
    latest = next((entry for entry in entries if entry["type"] == "transition"), None)
    has_moved = any(change["field"] == "status" for change in changes)
    form = _form(bound_form, lead, values)
    return RefusedMove(
        lead,
        form or bound_form,
        form is not None,
        bound_form.is_stale,
        changes,
        latest if has_moved else None,
    )


def _shown(field: str, value: object) -> object:
    return label(value) if isinstance(value, str) and field != "assigned_to" else value


PAGES = (
    Page(
        path="/leads",
        title="Leads",
        template="leads/board.html",
        view="board",
        under="/leads",
        calls={
            **{
                status: Call(
                    "listLeads",
                    query=FILTERS,
                    fixed={"status": status, "limit": str(CARDS)},
                    only_if=("column", status),
                )
                for status in MOVES
            },
            "lead": Call("getLead", after_refusal_of="moveLead", optional=True),
            "history": Call(
                "listLeadHistory", fixed={"limit": "10"}, after_refusal_of="moveLead", optional=True
            ),
        },
        forms=(
            Form(
                "transitionLead",
                (
                    Field("to", label="Move to"),
                    Field("reason", hint="Required if the lead is lost.", widget="input"),
                ),
                name="moveLead",
                submit="Move lead",
                done="The lead was moved.",
                then="/leads#{id}",
                seen=("status", "assigned_to", "urgency", "score", "loss_type"),
            ),
        ),
        prepare=_prepare,
    ),
)
