"""GET /v1/organizations/{organization_id}: a child."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.get("/v1/organizations/{organization_id}", operation_id="getOrganization", tag="organizations")
def get(organization_id: str, caller: Admin) -> OrganizationView:
    """The record of an organization that was created below the caller's. Its data needs its grant."""
    return OrganizationView.of(organizations.find_child(organization_id, by=caller), caller.mode)
