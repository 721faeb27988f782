"""DELETE /v1/session: sign out."""

from eal.domain.members.sessions import store as sessions
from eal.entry.http.api import Api
from eal.entry.http.route import Member

app = Api()
handler = app.handler


@app.delete(
    "/v1/session",
    summary="End your session",
    operation_id="endSession",
    tag="sessions",
    # A change, whose path has no id.
    round_trips=3,
)
def end_own(caller: Member) -> None:
    """Ends the session: its next request is refused with 401."""
    sessions.end(caller)
