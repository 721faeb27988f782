"""DELETE /v1/calls/{call_id}: erase a call."""

from eal.domain.calls import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/calls/{call_id}", summary="Erase a call", operation_id="eraseCall", tag="calls")
def erase(call_id: str, caller: Admin) -> None:
    """Erases the call with its transcript, recording, classification runs, correction and callbacks, and the personal
    data of the call in stored events. The erasure is permanent. Audit records of the call stay verifiable, without the
    data.

    The call tracker keeps its own copy, which must be deleted there. A later event of it for this call is ignored.
    """
    erasure.erase(call_id, by=caller)
