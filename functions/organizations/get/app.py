"""GET /v1/organizations/{organization_id}: a child."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/{organization_id}",
    summary="Get a child organization",
    operation_id="getOrganization",
    tag="organizations",
)
def get(organization_id: str, caller: Admin) -> OrganizationView:
    """Returns a child of the caller's organization. Reading the child's data needs a grant from it."""
    return OrganizationView.in_mode(organizations.find_child(organization_id, by=caller), caller.mode)
