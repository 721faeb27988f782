"""DELETE /v1/organizations/me/grants/{parent_id}: let the parent read nothing."""

from eal.domain.organizations.grants import store as grants
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/organizations/me/grants/{parent_id}",
    summary="Revoke a grant",
    operation_id="revokeGrant",
    tag="organizations",
)
def revoke_grant(parent_id: str, caller: Admin) -> None:
    """Withdraws the grant. The parent's next request is refused with 403."""
    grants.revoke(parent_id, by=caller)
