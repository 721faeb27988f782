"""POST /v1/calls/{call_id}/callbacks: create a callback of a call."""

from eal.domain.calls import callbacks
from eal.domain.calls.wire import CallbackCreate, CallbackView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/calls/{call_id}/callbacks", summary="Create a callback", operation_id="createCallback", tag="calls"
)
def create(call_id: str, body: CallbackCreate, caller: Writer) -> Created[CallbackView]:
    """Records that the customer was called back, with the result, or that a callback is planned. The API itself calls
    nobody.

    If the call's dispatch is `callback`, the status `reached` closes the call.
    """
    return Created(CallbackView.of(callbacks.record(call_id, body, by=caller)))
