"""GET /v1/organizations/me/members/{member_id}/sessions: where a member is signed in."""

from eal.domain.members.sessions import store as sessions
from eal.domain.members.sessions.wire import MemberSessionPage, MemberSessionView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me/members/{member_id}/sessions",
    summary="List a member's sessions",
    operation_id="listMemberSessions",
    tag="organizations",
    # Reads which sessions the member has, then them.
    round_trips=3,
)
def list_member_sessions(member_id: str, caller: Reader) -> MemberSessionPage:
    """Lists where a member is signed in, newest first: at most 10 sessions, so there is one page. Members can list
    their own sessions; those of others need the scope `admin`.
    """
    found = sessions.search(member_id, by=caller)
    return MemberSessionPage(
        data=[MemberSessionView.of_session(session, by=caller) for session in found], next_cursor=None
    )
