"""PATCH /v1/organizations/me: change the key's own organization."""

from eal.domain.organizations import store as organizations
from eal.domain.organizations.wire import OrganizationUpdate, OrganizationView
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.patch(
    "/v1/organizations/me",
    summary="Update your organization",
    operation_id="updateOwnOrganization",
    tag="organizations",
    # A change, whose path has no id.
    round_trips=3,
)
def update_own(body: OrganizationUpdate, caller: Admin) -> OrganizationView:
    """Updates the fields present in the body. Settings that you omit keep their values. A setting that you send, such
    as `ai`, is replaced as a whole: its omitted fields return to their defaults. Send null to restore a default.
    """
    own = organizations.current(by=caller)
    return OrganizationView.in_mode(organizations.update(own, body, by=caller), caller.mode)
