"""Outreach, suppressions: who gets no e-mail, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

UNDER = "/outreach/sequences"
HOME = "/outreach/suppressions"
WISHES = frozenset({"unsubscribed", "complained", "hostile"})
"""Reasons that are wishes of the recipient: the law protects them, and a removal needs a reason of its own."""
FILTERS = ("address", "domain", "reason", "source", "cursor")


def _list(_: Json) -> Json:
    query = OPERATIONS["listSuppressions"].query
    return {"reasons": query["reason"]["enum"], "sources": query["source"]["enum"]}


def _detail(values: Json) -> Json:
    return {"is_wish": values["suppression"]["reason"] in WISHES}


PAGES = (
    Page(
        path=HOME,
        title="Suppressions",
        template="outreach/suppressions.html",
        under=UNDER,
        calls={"suppressions": Call("listSuppressions", query=FILTERS, fixed={"limit": "25"})},
        forms=(
            Form(
                "createSuppression",
                (
                    Field("address", label="E-mail address", hint=""),
                    Field("domain", label="Or a whole domain", hint="The part after the @."),
                    Field("reason", hint=""),
                    Field("topic", label="What it covers", hint=""),
                    Field("note", hint="", widget="input"),
                ),
                submit="Suppress",
                done="No further e-mail is sent there.",
            ),
        ),
        prepare=_list,
        export=Call("exportSuppressionsCsv", query=("reason", "source")),
    ),
    Page(
        path=f"{HOME}/import",
        title="Import suppressions",
        template="outreach/suppressions_import.html",
        under=UNDER,
        forms=(
            Form(
                "importSuppressions",
                (
                    Field(
                        "csv",
                        label="CSV",
                        hint="A header row, then at most 200 rows. Columns: address or domain, reason, topic, note.",
                        widget="textarea",
                        value="address,reason,note\n",
                    ),
                ),
                submit="Import",
                result="outreach/suppressions_imported.html",
            ),
        ),
    ),
    Page(
        path=f"{HOME}/{{suppression_id}}",
        title="Suppression",
        template="outreach/suppression.html",
        under=UNDER,
        calls={"suppression": Call("getSuppression")},
        forms=(
            Form(
                "deleteSuppression",
                (Field("reason", label="Why", hint="Kept in the audit log. Do not name anybody."),),
                submit="Allow e-mail again",
                done="The suppression was removed.",
                then=HOME,
                of="suppression",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
)
