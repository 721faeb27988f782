"""Outreach, drafts: one e-mail to one person, by hand or by the AI, with what the content policy has against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard import forms
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

UNDER = "/outreach/sequences"
HOME = "/outreach/drafts"
ABOUT = ("to", "lead_id", "prospect_id")
RECIPIENT = (
    Field("to", label="To", hint=""),
    Field("lead_id", label="Lead", hint="The ID of the lead that it is about."),
    Field("prospect_id", label="Prospect", hint="Or the ID of the prospect."),
)
NEEDED = frozenset({"instructions", "subject", "body"})
"""Optional for the API, which accepts either the first or the others."""
REASONS = {
    "recipient_not_found": "The lead or prospect no longer exists.",
    "ai_disabled": "AI is switched off in the settings.",
    "engine_failed": "The AI did not return a usable text.",
    "suppressed": "The address is suppressed.",
    "refused": "The e-mail service refused it.",
}


def _list(_: Json) -> Json:
    return {"statuses": OPERATIONS["listDrafts"].query["status"]["enum"]}


def _new(values: Json) -> Json:
    """The recipient can come with the address, from the page of a lead, a prospect or a reply."""
    for form in values["forms"].values():
        forms.prefill(form, values["query"], ABOUT)
        for name in NEEDED.intersection(form.fields):
            form.fields[name].spec = {**form.fields[name].spec, "required": True, "nullable": False}
    return {}


def _detail(values: Json) -> Json:
    draft = values["draft"]
    findings = sorted(draft["findings"], key=lambda finding: finding["level"] != "block")
    quotes = {
        name: [finding["quote"] for finding in findings if finding["field"] == name and finding["quote"]]
        for name in ("subject", "body")
    }
    remarks = [remark.partition(":") for remark in draft["remarks"]]
    return {
        "findings": findings,
        "quotes": quotes,
        "is_blocked": any(finding["level"] == "block" for finding in findings),
        "reason": REASONS.get(draft["reason"] or "", draft["reason"]),
        "remarks": [f"{label(kind)}: {label(what).lower()}" for kind, _, what in remarks],
    }


PAGES = (
    Page(
        path=HOME,
        title="Drafts",
        template="outreach/drafts.html",
        under=UNDER,
        calls={
            "drafts": Call(
                "listDrafts", query=("status", "lead_id", "prospect_id", "cursor"), fixed={"limit": "25"}
            )
        },
        prepare=_list,
    ),
    Page(
        path=f"{HOME}/new",
        title="New e-mail",
        template="outreach/draft_new.html",
        under=UNDER,
        forms=(
            Form(
                "createDraft",
                (
                    *RECIPIENT,
                    Field(
                        "instructions",
                        label="What it should say",
                        hint="In your words: Follow up on the "
                        "estimate, and mention that the crew has time next week.",
                    ),
                    Field("tone", hint=""),
                ),
                name="instructDraft",
                submit="Let the AI write it",
                done="The AI is writing it. Nothing is sent until you press Send.",
                then=f"{HOME}/{{id}}",
            ),
            Form(
                "createDraft",
                (*RECIPIENT, Field("subject", hint=""), Field("body", label="Text", hint="")),
                submit="Create draft",
                done="The draft was created. Nothing was sent.",
                then=f"{HOME}/{{id}}",
            ),
        ),
        prepare=_new,
    ),
    Page(
        path=f"{HOME}/{{draft_id}}",
        title="Draft",
        template="outreach/draft.html",
        under=UNDER,
        calls={"draft": Call("getDraft")},
        forms=(
            Form(
                "updateDraft",
                (Field("subject", hint=""), Field("body", label="Text", hint="")),
                submit="Save changes",
                done="The draft was changed.",
                of="draft",
            ),
            Form("sendDraft", submit="Send", done="The e-mail is queued.", of="draft"),
            Form(
                "deleteDraft",
                submit="Delete draft",
                done="The draft was deleted.",
                then=HOME,
                of="draft",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
)
