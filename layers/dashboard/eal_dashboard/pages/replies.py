"""Outreach, replies: what came back, how it was classified and why, and a person's correction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

UNDER = "/outreach/sequences"


def _list(_: Json) -> Json:
    return {"classes": OPERATIONS["listReplies"].query["classification"]["enum"]}


def _detail(values: Json) -> Json:
    reply, engine = values["reply"], values["reply"]["engine_classification"] or {}
    about = {name: reply[name] for name in ("lead_id", "prospect_id") if reply[name]}
    form = values["forms"]["correctReply"]
    if not form.has_error and reply["classification"]:
        for name in ("classification", "resume_after", "return_date"):
            form.fields[name].value = reply["classification"][name] or ""
    return {
        "engine": engine,
        "evidence": engine.get("evidence", []),
        "answer": f"/outreach/drafts/new?{urlencode({'to': reply['sender'], **about})}",
    }


PAGES = (
    Page(
        path="/outreach/replies",
        title="Replies",
        template="outreach/replies.html",
        under=UNDER,
        calls={
            "replies": Call(
                "listReplies",
                query=("classification", "needs_review", "sender", "cursor"),
                fixed={"limit": "25"},
            )
        },
        prepare=_list,
    ),
    Page(
        path="/outreach/replies/{reply_id}",
        title="Reply",
        template="outreach/reply.html",
        under=UNDER,
        calls={"reply": Call("getReply")},
        forms=(
            Form(
                "correctReply",
                (
                    Field("classification", label="It is", hint=""),
                    Field(
                        "resume_after",
                        label="Ask again after",
                        hint="If the reply says not now, and until when.",
                    ),
                    Field("return_date", label="Back on", hint="If the person is out of office."),
                    Field("note", hint="", widget="input"),
                ),
                submit="Save classification",
                done="Your classification counts from now on.",
                of="reply",
            ),
        ),
        prepare=_detail,
    ),
)
