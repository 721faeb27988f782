"""Settings, members: who can sign in, and with which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard import forms
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _list(values: Json) -> Json:
    """The members, each with the form that removes it."""
    bound_form, zone = values["forms"]["removeMember"], values["member"].timezone
    return {
        "rows_of_members": [
            (member, forms.of_row(bound_form, {"member_id": member["id"]}, {}, "", zone))
            for member in values["members"]["data"]
        ]
    }


def _detail(values: Json) -> Json:
    """The member of the address: the API lists members and has no operation for one."""
    member = next(
        (member for member in values["members"]["data"] if member["id"] == values["path"]["member_id"]), None
    )
    if member is not None:
        values["forms"]["updateMember"] = forms.of_row(
            values["forms"]["updateMember"], {}, member, f'"{member["version"]}"', values["member"].timezone
        )
    return {"shown": member}


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
                done="The member was invited. Somebody who has an account already gets no e-mail: let them know.",
            ),
            Form(
                "removeMember",
                submit="Remove",
                done="The member was removed and is signed out everywhere.",
                is_dangerous=True,
            ),
        ),
        prepare=_list,
    ),
    Page(
        path="/settings/members/{member_id}",
        title="Member",
        template="members/detail.html",
        under="/settings/members",
        calls={
            "members": Call("listMembers", fixed={"limit": "200"}),
            "sessions": Call("listMemberSessions"),
        },
        forms=(
            Form("updateMember", ("name", "role"), submit="Save changes", done="The member was changed."),
            Form("endMemberSession", submit="End session", done="The session was ended.", is_dangerous=True),
            Form(
                "endMemberSessions",
                submit="Sign out everywhere",
                done="All sessions of the member were ended.",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
)
