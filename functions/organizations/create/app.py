"""POST /v1/organizations: create a child."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationCreate, OrganizationCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Admin, Created

app = Api()
handler = app.handler


@app.post("/v1/organizations", operation_id="createOrganization", tag="organizations")
def create(body: OrganizationCreate, caller: Admin) -> Created[OrganizationCreated]:
    """Create an organization below the caller's. The text of its first admin key is in this answer and nowhere else."""
    child, admin, text = organizations.create_child(body, by=caller)
    return Created(OrganizationCreated.of_new(child, admin.id, text))
