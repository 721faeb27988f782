"""POST /v1/calls/{call_id}/dispatch/decline: pass the dispatch of a call on to the next person on call."""

from eal.domain.calls import decisions
from eal.domain.calls.wire import CallView
from eal.domain.dispatch.wire import DispatchDecline
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/calls/{call_id}/dispatch/decline",
    summary="Decline a dispatch",
    operation_id="declineDispatch",
    tag="dispatch",
    # Reads the rota.
    round_trips=4,
)
def decline(call_id: str, body: DispatchDecline, caller: Writer) -> CallView:
    """Records that the assigned person cannot act, and asks the next person on call at once. If there is none, the call
    becomes one for review.

    A call for which nobody on call is being asked is refused with 409.
    """
    return CallView.of(decisions.decline(call_id, body.reason, by=caller))
