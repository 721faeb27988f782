"""GET /v1/organizations/me: the key's own organization."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.organizations import store as organizations
from eal.organizations.wire import OrganizationView

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
    return OrganizationView.of(organizations.current(by=caller), caller.mode)
