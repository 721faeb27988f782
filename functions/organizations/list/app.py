"""GET /v1/organizations: the parent's children."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.listing import ListQuery
from eal.organizations import store as organizations
from eal.organizations.wire import ChildPage, ChildView

app = Api()
handler = app.handler


@app.get("/v1/organizations", operation_id="listOrganizations", tag="organizations")
def list_children(query: ListQuery, caller: Admin) -> ChildPage:
    """The organizations below the caller's, each with what it has granted the caller."""
    page = organizations.search(query, by=caller)
    children = [ChildView.of_child(child, grant, caller.mode) for child, grant in page.items]
    return ChildPage(data=children, next_cursor=page.next_cursor)
