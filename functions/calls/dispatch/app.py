"""POST /v1/calls/{call_id}/dispatch: decide what happens after a call, or override the rules."""

from eal.domain.calls import decisions
from eal.domain.calls.wire import CallView
from eal.domain.dispatch.wire import DispatchDecide
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/calls/{call_id}/dispatch", summary="Dispatch a call", operation_id="dispatchCall", tag="dispatch"
)
def dispatch(call_id: str, body: DispatchDecide, caller: Writer) -> CallView:
    """Decides what happens after the call. `{}` decides by the rules, with the current time and settings, and ends an
    earlier override. `action` with `reason` overrides the rules, whose decision stays visible in `dispatch.decision`.

    A call in progress cannot be decided. The rules cannot decide a call that is not classified. Both are refused with
    409.
    """
    return CallView.of(decisions.decide(call_id, body, by=caller))
