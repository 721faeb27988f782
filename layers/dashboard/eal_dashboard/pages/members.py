"""Settings, members: who can sign in, and with which role."""

from __future__ import annotations

from eal_dashboard.page import Call, Field, Form, Page

PAGES = (
    Page(
        path="/settings/members",
        title="Members",
        template="members/list.html",
        group="Settings",
        nav="Members",
        icon="members",
        calls={"members": Call("listMembers", query=("cursor",), fixed={"limit": "100"})},
        forms=(
            Form(
                "inviteMember",
                (Field("email", hint=""), Field("name", hint=""), Field("role", value="member", hint="")),
                submit="Invite member",
                done="The member was invited.",
            ),
            Form(
                "removeMember",
                submit="Remove",
                done="The member was removed and is signed out everywhere.",
                is_dangerous=True,
            ),
        ),
    ),
)
