"""Leads: the list with its filters, and a lead with its score, history and next steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.charts import Bar
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

MOVES = {
    "new": ("contacted", "lost", "disqualified"),
    "contacted": ("qualified", "lost", "disqualified"),
    "qualified": ("scheduled", "lost", "disqualified"),
    "scheduled": ("won", "lost", "disqualified"),
    "won": (),
    "lost": ("new",),
    "disqualified": ("new",),
}
"""Next statuses of each status, as in eal.domain.leads.vocabulary, which a test compares. The API decides."""
ADDRESS = ("address.line1", "address.line2", "address.city", "address.state", "address.postal_code")
FILTERS = ("status", "loss_type", "source", "email", "phone", "cursor")


def _list(_: Json) -> Json:
    query = OPERATIONS["listLeads"].query
    return {"statuses": query["status"]["enum"], "loss_types": query["loss_type"]["enum"]}


def _detail(values: Json) -> Json:
    lead = values["lead"]
    allowed = MOVES.get(lead["status"], ())
    values["forms"]["transitionLead"].fields["to"].options = [(status, label(status)) for status in allowed]
    return {
        "moves": allowed,
        "contributions": [
            Bar(
                contribution["reason"][:1].upper() + contribution["reason"][1:],
                max(contribution["points"], 0),
                f"{contribution['points']:+d}",
            )
            for contribution in lead["score_contributions"]
        ],
    }


PAGES = (
    Page(
        path="/leads",
        title="Leads",
        template="leads/list.html",
        group="Work",
        nav="Leads",
        icon="leads",
        calls={"leads": Call("listLeads", query=FILTERS, fixed={"limit": "25"})},
        prepare=_list,
    ),
    Page(
        path="/leads/new",
        title="New lead",
        template="form.html",
        under="/leads",
        forms=(
            Form(
                "createLead",
                (
                    "first_name",
                    "last_name",
                    "company",
                    "email",
                    Field("phones", hint="One per line. Numbers outside the US need + and the country code."),
                    "loss_type",
                    Field("source", value="manual"),
                    "notes",
                ),
                submit="Create lead",
                done="The lead was created.",
                then="/leads/{id}",
            ),
        ),
    ),
    Page(
        path="/leads/{lead_id}",
        title="Lead",
        template="leads/detail.html",
        under="/leads",
        calls={
            "lead": Call("getLead"),
            "history": Call("listLeadHistory", fixed={"limit": "50"}, optional=True),
        },
        forms=(
            Form(
                "transitionLead",
                (
                    Field("to", label="Move to"),
                    Field("reason", hint="Required if the lead is lost.", widget="input"),
                    Field("notes", hint="Added to the lead's notes."),
                ),
                submit="Move lead",
                done="The lead was moved.",
                of="lead",
            ),
            Form(
                "updateLead",
                (
                    "first_name",
                    "last_name",
                    "company",
                    Field("email", hint=""),
                    Field("phones", hint="One per line."),
                    "loss_type",
                    Field("assigned_to", hint="The name or ID of the person."),
                    "notes",
                ),
                submit="Save changes",
                done="The lead was changed.",
                of="lead",
            ),
            Form("scoreLead", submit="Score again", done="The lead was scored again."),
            Form("pushLeadToCrm", submit="Push to CRM", done="The lead is on its way to the CRM."),
            Form(
                "eraseLead",
                submit="Erase personal data",
                done="The lead was erased.",
                then="/leads",
                confirmation="erase",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
)
