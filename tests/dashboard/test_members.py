"""Members: a refusal is shown where it happened, and nobody waits for an e-mail that does not come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import SESSION, examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

MEMBERS = "/settings/members"
IDS = [f"mem_01kq09bekje6vbq5xe2b60xtw{number}" for number in range(3)]
REFUSAL = "This is the last owner who has signed in. First make another member who has signed in an owner."


def _list_members(api: FakeApi) -> None:
    status, page = examples()["listMembers"]
    members = [page["data"][0] | {"id": member_id, "email": f"{member_id}@example.com"} for member_id in IDS]
    api.responses["listMembers"] = lambda _: (status, {"data": members, "next_cursor": None})


def test_a_refused_removal_is_explained_in_its_row(api: FakeApi) -> None:
    _list_members(api)
    error = {"code": "conflict", "message": REFUSAL, "details": {"reason": "last_owner"}}
    api.responses["removeMember"] = lambda _: (409, {"error": error})

    person = signed_in()
    hidden = person.get(MEMBERS).hidden("removeMember")
    shown = person.post(MEMBERS, hidden | {"member_id": IDS[1]})

    assert shown.status == 409
    assert shown.words.count(REFUSAL) == 1
    (row,) = [row for row in re.findall(r"<tr>.*?</tr>", shown.text, re.DOTALL) if REFUSAL in row]
    assert IDS[1] in row
    assert '<details class="popover" open>' in row
    assert shown.text.count('class="popover" open') == 1


def test_each_row_removes_its_own_member(api: FakeApi) -> None:
    _list_members(api)

    text = signed_in().get(MEMBERS).text

    assert re.findall(r'name="member_id" value="([^"]+)"', text) == IDS


def test_a_refused_role_is_explained_and_kept(api: FakeApi) -> None:
    _list_members(api)
    error = {"code": "conflict", "message": REFUSAL, "details": {"reason": "last_owner"}}
    api.responses["updateMember"] = lambda _: (409, {"error": error})

    shown = signed_in().fill(f"{MEMBERS}/{IDS[0]}", "updateMember", name="Sam", role="viewer")

    assert shown.status == 409
    assert REFUSAL in shown.words
    assert '<option value="viewer" selected>' in shown.text


def test_the_inviter_knows_who_gets_an_email(api: FakeApi) -> None:
    person = signed_in()
    assert "Somebody who has one gets no e-mail" in person.get(MEMBERS).words

    done = person.fill(MEMBERS, "inviteMember", email="sam@example.com", role="viewer")

    assert "gets no e-mail: let them know" in person.get(done.location).words


def test_an_organization_that_invited_the_person_is_named(api: FakeApi) -> None:
    first, second = SESSION["organizations"]
    organizations = [first, second | {"status": "invited"}]
    api.responses["getSession"] = lambda _: (200, SESSION | {"organizations": organizations})

    words = signed_in().get("/account").words

    assert "Summit Chicago You were invited." in words
    assert words.count("You were invited.") == 1
