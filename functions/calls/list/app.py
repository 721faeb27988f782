"""GET /v1/calls: calls by status, classification, direction, caller and time."""

from eal.domain.calls import store as calls
from eal.domain.calls.wire import CallPage, CallQuery, CallView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/calls", summary="List calls", operation_id="listCalls", tag="calls", grant="calls")
def list_calls(query: CallQuery, caller: Reader) -> CallPage:
    """Lists calls, newest first, without transcripts or recordings."""
    page = calls.search(query, by=caller)
    return CallPage(data=[CallView.of(call) for call in page.items], next_cursor=page.next_cursor)
