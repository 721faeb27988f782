"""GET /v1/organizations: the parent's children."""

from eal.core.listing import ListQuery
from eal.domain.organizations import children
from eal.domain.organizations.wire import ChildPage, ChildView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations",
    summary="List child organizations",
    operation_id="listOrganizations",
    tag="organizations",
)
def list_children(query: ListQuery, caller: Admin) -> ChildPage:
    """Lists the children of the caller's organization, newest first, each with what it has granted the caller."""
    page = children.search(query, by=caller)
    shown = [ChildView.of_child(child, grant, caller.mode) for child, grant in page.items]
    return ChildPage(data=shown, next_cursor=page.next_cursor)
