"""POST /v1/organizations: create a child."""

from eal.domain.organizations import founding
from eal.domain.organizations.wire import OrganizationCreate, OrganizationCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Created, RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/organizations",
    summary="Create an organization",
    operation_id="createOrganization",
    tag="organizations",
    # Reads the organization, whose limit of its keys the child has too, and the family, whose children are limited.
    round_trips=5,
)
def create(body: OrganizationCreate, caller: RecentAdmin) -> Created[OrganizationCreated]:
    """Creates a child of the caller's organization, with its first admin key. The key's text is shown only in this
    response: store it now. An idempotent replay returns null in its place.

    An organization and those below it can have 25 children unless we have raised the limit. A child cannot create
    children unless we have allowed it.
    """
    child, admin, text = founding.create_child(body, by=caller)
    return Created(OrganizationCreated.of_new(child, admin.id, text))
