"""GET /v1/session: who is signed in."""

from eal.domain.members.sessions import store as sessions
from eal.domain.members.sessions.wire import OwnSessionView
from eal.entry.http.api import Api
from eal.entry.http.route import Member

app = Api()
handler = app.handler


@app.get(
    "/v1/session",
    summary="Get your session",
    operation_id="getSession",
    tag="sessions",
    # Reads the session, and the person's memberships with their organizations.
    round_trips=4,
)
def get_own(caller: Member) -> OwnSessionView:
    """Returns the member, the organization and the mode of the session, and when it ends. Only a session can call this,
    and no API key. The request counts as use, so it extends the idle time.
    """
    session = sessions.own(caller)
    return OwnSessionView.of_session(session, sessions.memberships_of(session))
