"""POST /v1/calls/{call_id}/dispatch/acknowledge: acknowledge the dispatch of a call."""

from eal.domain.calls import decisions
from eal.domain.calls.wire import CallView
from eal.domain.dispatch.wire import DispatchAcknowledge
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/calls/{call_id}/dispatch/acknowledge",
    summary="Acknowledge a dispatch",
    operation_id="acknowledgeDispatch",
    tag="dispatch",
)
def acknowledge(call_id: str, body: DispatchAcknowledge, caller: Writer) -> CallView:
    """Records that the assigned person, or somebody else, acts, and ends the escalation. A dispatch that is
    acknowledged stays as it is.

    A call that is not decided, or for which there is nothing to carry out, is refused with 409.
    """
    return CallView.of(decisions.acknowledge(call_id, body.acknowledged_by, by=caller))
