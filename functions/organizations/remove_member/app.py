"""DELETE /v1/organizations/me/members/{member_id}: remove a member."""

from eal.domain.members import store as members
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.delete(
    "/v1/organizations/me/members/{member_id}",
    summary="Remove a member",
    operation_id="removeMember",
    tag="organizations",
    # Reads which sessions the member has.
    round_trips=4,
)
def remove_member(member_id: str, caller: RecentAdmin) -> None:
    """Removes the member, whose sessions end. The same address can be invited again. The last owner cannot be removed:
    if no other owner has signed in, the response is 409 with the reason `last_owner`.
    """
    members.remove(member_id, by=caller)
