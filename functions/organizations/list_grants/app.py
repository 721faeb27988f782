"""GET /v1/organizations/me/grants: what the parent may read."""

from eal.core.listing import ListQuery
from eal.domain.organizations.grants import store as grants
from eal.domain.organizations.grants.wire import GrantPage, GrantView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me/grants",
    summary="List grants",
    operation_id="listGrants",
    tag="organizations",
    # Reads the organization first, because the grant's key has the parent's id.
    round_trips=3,
)
def list_grants(query: ListQuery, caller: Admin) -> GrantPage:
    """Lists what the organization allows its parent to read: one grant, or none."""
    page = grants.search(query, by=caller)
    return GrantPage(data=[GrantView.of(grant) for grant in page.items], next_cursor=page.next_cursor)
