"""The member's own account: its sessions, and all its organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.page import Call, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _own(session: Json) -> dict[str, str]:
    return {"member_id": session["member"]["id"]}


PAGES = (
    Page(
        path="/account",
        title="Your account",
        template="account.html",
        under="/settings/members",
        calls={
            "own": Call("getSession"),
            "sessions": Call("listMemberSessions", depends_on="own", targets=_own, optional=True),
        },
        forms=(
            Form(
                "endMemberSession",
                name="endOwnSession",
                submit="End session",
                done="The session was ended.",
                is_dangerous=True,
            ),
            Form(
                "endMemberSessions",
                name="endOwnSessions",
                submit="Sign out everywhere",
                done="All your sessions were ended.",
                is_dangerous=True,
            ),
        ),
    ),
)
