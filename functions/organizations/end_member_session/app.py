"""DELETE /v1/organizations/me/members/{member_id}/sessions/{session_id}: end one session."""

from eal.domain.members.sessions import store as sessions
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.delete(
    "/v1/organizations/me/members/{member_id}/sessions/{session_id}",
    summary="End a member's session",
    operation_id="endMemberSession",
    tag="organizations",
    # A change, which reads the member's sessions and the one that ends.
    round_trips=4,
)
def end_member_session(member_id: str, session_id: str, caller: Reader) -> None:
    """Ends the session: its next request is refused with 401. Members can end their own sessions; those of others need
    the scope `admin`.
    """
    sessions.end_one(member_id, session_id, by=caller)
