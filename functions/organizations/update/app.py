"""PATCH /v1/organizations/{organization_id}: change a child."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationUpdate, OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.patch("/v1/organizations/{organization_id}", operation_id="updateOrganization", tag="organizations")
def update(organization_id: str, body: OrganizationUpdate, caller: Admin) -> OrganizationView:
    """Change what the body gives and nothing else, of an organization that was created below the caller's."""
    child = organizations.find_child(organization_id, by=caller)
    return OrganizationView.of(organizations.update(child, body, by=caller), caller.mode)
