"""GET /v1/organizations/me/members: who may use the dashboard."""

from eal.core.listing import ListQuery
from eal.domain.members import store as members
from eal.domain.members.wire import MemberPage, MemberView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me/members", summary="List members", operation_id="listMembers", tag="organizations"
)
def list_members(query: ListQuery, caller: Reader) -> MemberPage:
    """Lists the organization's members, newest first."""
    page = members.search(query, by=caller)
    return MemberPage(data=[MemberView.of(member) for member in page.items], next_cursor=page.next_cursor)
