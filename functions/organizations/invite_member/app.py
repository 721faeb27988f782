"""POST /v1/organizations/me/members: invite somebody."""

from eal.domain.organizations.members import store as members
from eal.domain.organizations.members.wire import MemberCreate, MemberView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin, Created

app = Api()
handler = app.handler


@app.post("/v1/organizations/me/members", operation_id="inviteMember", tag="organizations")
def invite_member(body: MemberCreate, caller: Admin) -> Created[MemberView]:
    """Add a member by e-mail address, which no other member has. No mail is sent yet: tell them yourself."""
    return Created(MemberView.of(members.invite(body, by=caller)))
