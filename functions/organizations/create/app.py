"""POST /v1/organizations: create a child."""

from eal.entry.api import Api
from eal.entry.route import Admin
from eal.organizations import store as organizations
from eal.organizations.wire import OrganizationCreate, OrganizationCreated

app = Api()
handler = app.handler


@app.post(
    "/v1/organizations",
    summary="Create an organization",
    operation_id="createOrganization",
    tag="organizations",
    status_code=201,
)
def create(body: OrganizationCreate, caller: Admin) -> OrganizationCreated:
    """Creates a child of the caller's organization, with its first admin key. The key's text is shown only in this
    answer: store it now. An idempotent replay returns null in its place.
    """
    child, admin, text = organizations.create_child(body, by=caller)
    return OrganizationCreated.of_new(child, admin.id, text)
