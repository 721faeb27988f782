"""PUT /v1/organizations/me/grants/{parent_id}: let the parent read."""

from eal.domain.organizations.grants import store as grants
from eal.domain.organizations.grants.wire import GrantPut, GrantView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.put("/v1/organizations/me/grants/{parent_id}", operation_id="putGrant", tag="organizations")
def put_grant(parent_id: str, body: GrantPut, caller: Admin) -> GrantView:
    """Let the organization above the caller's read these resources, and nothing else, until the grant expires."""
    return GrantView.of(grants.give(parent_id, body, by=caller))
