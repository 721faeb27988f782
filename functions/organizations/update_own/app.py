"""PATCH /v1/organizations/me: change the key's own organization."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationUpdate, OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.patch("/v1/organizations/me", operation_id="updateOwnOrganization", tag="organizations")
def update_own(body: OrganizationUpdate, caller: Admin) -> OrganizationView:
    """Change what the body gives and nothing else, in `settings` too; null sets a member back to its default."""
    own = organizations.current(by=caller)
    return OrganizationView.of(organizations.update(own, body, by=caller), caller.mode)
