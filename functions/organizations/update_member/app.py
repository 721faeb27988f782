"""PATCH /v1/organizations/me/members/{member_id}: change a member's name or role."""

from eal.domain.members import store as members
from eal.domain.members.wire import MemberUpdate, MemberView
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.patch(
    "/v1/organizations/me/members/{member_id}",
    summary="Update a member",
    operation_id="updateMember",
    tag="organizations",
    # Reads which sessions the member has.
    round_trips=4,
)
def update_member(member_id: str, body: MemberUpdate, caller: RecentAdmin) -> MemberView:
    """Updates the fields present in the body. A change of the role ends the member's sessions, so that it applies at
    once. In the dashboard, only an owner can change an owner, or make someone one. The last owner keeps the role: if no
    other owner has signed in, the response is 409 with the reason `last_owner`.
    """
    return MemberView.of(members.update(member_id, body, by=caller))
