"""GET /v1/organizations/me: the key's own organization."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me",
    summary="Get your organization",
    operation_id="getOwnOrganization",
    tag="organizations",
)
def get_own(caller: Reader) -> OrganizationView:
    """Returns the organization that the key belongs to, with its settings."""
    return OrganizationView.in_mode(organizations.current(by=caller), caller.mode)
