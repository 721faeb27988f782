"""GET /v1/organizations/me/grants: what the parent may read."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.listing import ListQuery
from eal.organizations.grants import store as grants
from eal.organizations.grants.wire import GrantPage, GrantView

app = Api()
handler = app.handler


@app.get("/v1/organizations/me/grants", summary="List grants", operation_id="listGrants", tag="organizations")
def list_grants(query: ListQuery, caller: Admin) -> GrantPage:
    """Lists what the organization allows its parent to read: one grant, or none."""
    page = grants.search(query, by=caller)
    return GrantPage(data=[GrantView.of(grant) for grant in page.items], next_cursor=page.next_cursor)
