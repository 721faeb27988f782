"""DELETE /v1/organizations/me/members/{member_id}/sessions: end all sessions."""

from eal.domain.members.sessions import store as sessions
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.delete(
    "/v1/organizations/me/members/{member_id}/sessions",
    summary="End a member's sessions",
    operation_id="endMemberSessions",
    tag="organizations",
)
def end_member_sessions(member_id: str, caller: Reader) -> None:
    """Ends all sessions of the member, the calling one too. Members can end their own sessions; those of others
    need the scope `admin`.
    """
    sessions.end_all(member_id, by=caller)
