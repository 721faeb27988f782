"""Prospects: the list with its filters, and a prospect with its qualification and conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import full_name

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

FILTERS = (
    "qualification",
    "outreach_state",
    "email",
    "source",
    "assigned_to",
    "created_after",
    "created_before",
    "cursor",
)
FIELDS = (
    "company",
    Field("website", hint="", widget="input"),
    Field("contact.first_name", label="First name of the contact"),
    Field("contact.last_name", label="Last name of the contact"),
    Field("contact.title", label="Title of the contact", hint="Such as Facilities Director."),
    Field("email", hint=""),
    Field("phones", hint="One per line. Numbers outside the US need + and the country code."),
    Field("assigned_to", hint="The name or ID of the person."),
    "notes",
)
ADDRESS = (
    Field("address.line1", label="Street"),
    Field("address.line2", label="Suite, floor"),
    Field("address.city", label="City"),
    Field("address.state", label="State"),
    Field("address.postal_code", label="ZIP code"),
)


def _name(prospect: Json) -> str:
    return full_name({**prospect, **(prospect["contact"] or {})})


def _list(values: Json) -> Json:
    query = OPERATIONS["listProspects"].query
    shown = values["prospects"]["data"]
    return {
        "choices": {name: query[name]["enum"] for name in ("qualification", "outreach_state")},
        "is_filtered": any(values["query"].get(name) for name in FILTERS if name != "cursor"),
        "names": {prospect["id"]: _name(prospect) for prospect in shown},
        "pending": [prospect["id"] for prospect in shown if prospect["qualification"]["status"] == "pending"],
    }


def _detail(values: Json) -> Json:
    prospect = values["prospect"]
    return {
        "name": _name(prospect),
        "facts": [(name, value) for name, value in prospect["enrichment"].items() if value is not None],
        "can_be_reached": bool(prospect["email"] or prospect["phones"]),
    }


PAGES = (
    Page(
        path="/prospects",
        title="Prospects",
        template="prospects/list.html",
        group="Work",
        nav="Prospects",
        icon="prospects",
        calls={"prospects": Call("listProspects", query=FILTERS, fixed={"limit": "25"})},
        forms=(
            Form(
                "qualifyProspects",
                ("prospect_ids",),
                name="qualifyPending",
                submit="Qualify the pending ones",
                done="The prospects were qualified.",
            ),
        ),
        prepare=_list,
    ),
    Page(
        path="/prospects/new",
        title="New prospect",
        template="form.html",
        under="/prospects",
        forms=(
            Form(
                "createProspect",
                (*FIELDS, *ADDRESS, Field("source", value="manual", hint="Where you found it.")),
                whole=("contact", "address"),
                submit="Create prospect",
                done="The prospect was created.",
                then="/prospects/{id}",
            ),
        ),
    ),
    Page(
        path="/prospects/{prospect_id}",
        title="Prospect",
        template="prospects/detail.html",
        under="/prospects",
        calls={"prospect": Call("getProspect")},
        forms=(
            Form(
                "qualifyProspects",
                ("prospect_ids",),
                submit="Qualify",
                done="The prospect was qualified.",
            ),
            Form(
                "convertProspect",
                (Field("loss_type", hint="If there is a loss."), "notes"),
                submit="Convert to a lead",
                done="The prospect is a lead now.",
                of="prospect",
            ),
            Form(
                "updateProspect",
                (*FIELDS, Field("outreach_state", hint=""), Field("source", hint="")),
                whole=("contact",),
                submit="Save changes",
                done="The prospect was changed.",
                of="prospect",
            ),
            Form(
                "updateProspect",
                (
                    *ADDRESS,
                    Field("address.country", label="Country", hint="Two letters. Leave empty for US."),
                ),
                name="updateProspectAddress",
                whole=("address",),
                submit="Save address",
                done="The address was changed.",
                of="prospect",
            ),
            Form(
                "eraseProspect",
                submit="Erase personal data",
                done="The prospect was erased.",
                then="/prospects",
                of="prospect",
                confirmation="erase",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
)
