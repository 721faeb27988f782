"""PUT /v1/organizations/me/grants/{parent_id}: let the parent read."""

from eal.domain.organizations.grants import store as grants
from eal.domain.organizations.grants.wire import GrantPut, GrantView
from eal.entry.http.api import Api
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler


@app.put(
    "/v1/organizations/me/grants/{parent_id}",
    summary="Grant read access to the parent",
    operation_id="putGrant",
    tag="organizations",
)
def put_grant(parent_id: str, body: GrantPut, caller: RecentAdmin) -> GrantView:
    """Allows the parent organization to read exactly these resources until the grant expires. Replaces an earlier
    grant.
    """
    return GrantView.of(grants.give(parent_id, body, by=caller))
