"""GET /v1/organizations/me/members: who may use the dashboard."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.listing import ListQuery
from eal.organizations.members import store as members
from eal.organizations.members.wire import MemberPage, MemberView

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me/members", summary="List members", operation_id="listMembers", tag="organizations"
)
def list_members(query: ListQuery, caller: Reader) -> MemberPage:
    """Lists the organization's members, newest first."""
    page = members.search(query, by=caller)
    return MemberPage(data=[MemberView.of(member) for member in page.items], next_cursor=page.next_cursor)
