"""GET /v1/calls/{call_id}/callbacks: the callbacks of a call."""

from eal.core.listing import ListQuery
from eal.domain.calls import callbacks
from eal.domain.calls.wire import CallbackPage, CallbackView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/calls/{call_id}/callbacks",
    summary="List callbacks",
    operation_id="listCallbacks",
    tag="calls",
    grant="calls",
    # Reads the call first, because an unknown call is a 404.
    round_trips=3,
)
def list_callbacks(call_id: str, query: ListQuery, caller: Reader) -> CallbackPage:
    """Lists the callbacks of a call by the time of their recording, newest first."""
    page = callbacks.search(call_id, query, by=caller)
    return CallbackPage(
        data=[CallbackView.of(callback) for callback in page.items], next_cursor=page.next_cursor
    )
