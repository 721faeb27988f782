"""PATCH /v1/organizations/{organization_id}: change a child."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationUpdate, OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.patch(
    "/v1/organizations/{organization_id}",
    summary="Update a child organization",
    operation_id="updateOrganization",
    tag="organizations",
)
def update(organization_id: str, body: OrganizationUpdate, caller: Admin) -> OrganizationView:
    """Updates the fields present in the body, in a child of the caller's organization. Null restores a default."""
    child = organizations.find_child(organization_id, by=caller)
    return OrganizationView.in_mode(organizations.update(child, body, by=caller), caller.mode)
