"""PATCH /v1/session: another organization or mode."""

from eal.domain.members.sessions import signing_in
from eal.domain.members.sessions.wire import OwnSessionView, SessionUpdate
from eal.entry.http.api import Api
from eal.entry.http.route import Member

app = Api()
handler = app.handler


@app.patch(
    "/v1/session",
    summary="Update your session",
    operation_id="updateSession",
    tag="sessions",
    # Reads the session, the person's memberships with their organizations, and the member's sessions before the
    # change.
    round_trips=6,
)
def update_own(body: SessionUpdate, caller: Member) -> OwnSessionView:
    """Switches the organization or the mode. Returns a new session in `session`, which is shown only in this response.
    The calling session ends with this request, so a repetition is refused with 401, and `Idempotency-Key` has no
    effect. The new session ends when the old one would have ended.
    """
    new = signing_in.switch(body.organization_id, body.mode, by=caller)
    return OwnSessionView.of_session(new.session, new.memberships, new.text)
