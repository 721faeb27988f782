"""POST /v1/organizations/me/members: invite somebody."""

from eal.domain.members import store as members
from eal.domain.members.wire import MemberCreate, MemberView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/organizations/me/members",
    summary="Invite a member",
    operation_id="inviteMember",
    tag="organizations",
    # Reads the last hour's invitations, the family and its invitations, and the members, because the number of
    # invitations is limited.
    round_trips=7,
)
def invite_member(body: MemberCreate, caller: RecentAdmin) -> Created[MemberView]:
    """Adds a member by e-mail address. Somebody who has no account yet gets an e-mail with a temporary password, which
    is valid for seven days. Somebody who has an account, as a member of another organization, gets no e-mail: let them
    know. A session of theirs can switch to the new organization at once; a sign-in that names no organization leads to
    that of the last sign-in. If another member has the address, the response is 409. Only an owner can invite an
    owner, or an admin key that no member who is not an owner created.

    An organization can have 20 invitations of members who have not signed in yet, and send 10 within an hour; more are
    409 and 429.
    """
    return Created(MemberView.of(members.invite(body, by=caller)))
