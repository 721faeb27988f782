"""DELETE /v1/organizations/me/members/{member_id}: remove a member."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.organizations.members import store as members

app = Api()
handler = app.handler


@app.delete(
    "/v1/organizations/me/members/{member_id}",
    summary="Remove a member",
    operation_id="removeMember",
    tag="organizations",
)
def remove_member(member_id: str, caller: Admin) -> None:
    """Removes the member. The same address can be invited again."""
    members.remove(member_id, by=caller)
