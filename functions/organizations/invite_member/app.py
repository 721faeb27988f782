"""POST /v1/organizations/me/members: invite somebody."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.organizations.members import store as members
from eal.organizations.members.wire import MemberCreate, MemberView

app = Api()
handler = app.handler


@app.post(
    "/v1/organizations/me/members",
    summary="Invite a member",
    operation_id="inviteMember",
    tag="organizations",
    status_code=201,
)
def invite_member(body: MemberCreate, caller: Admin) -> MemberView:
    """Adds a member by e-mail address. No invitation is sent: notify the member yourself. If another member has the
    address, the answer is 409.
    """
    return MemberView.of(members.invite(body, by=caller))
