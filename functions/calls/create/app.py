"""POST /v1/calls: ingest a call of a call tracker."""

from eal.domain.calls import store as calls
from eal.domain.calls.wire import CallCreate, CallView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/calls",
    summary="Ingest a call",
    operation_id="createCall",
    tag="calls",
    # Reads the claim of the vendor's id, because the call may exist.
    round_trips=3,
)
def create(body: CallCreate, caller: Writer) -> Created[CallView] | CallView:
    """Creates a call that a call tracker other than CallRail reports, after its end. An inbound call is classified
    soon after.

    `vendor` and `vendor_call_id` identify the call. If it exists, the fields that are present and not null replace the
    stored ones, and the response is 200 with the call. A body that was sent before has no effect, so an outdated
    repetition does not undo a later change.
    """
    call, is_new = calls.report(body, by=caller)
    view = CallView.of(call)
    return Created(view) if is_new else view
