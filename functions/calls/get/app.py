"""GET /v1/calls/{call_id}: one call with its transcript and classification runs."""

from eal.domain.calls import recordings
from eal.domain.calls import store as calls
from eal.domain.calls.wire import CallDetail, RedactionQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/calls/{call_id}", summary="Get a call", operation_id="getCall", tag="calls", grant="calls")
def get(call_id: str, query: RedactionQuery, caller: Reader) -> CallDetail:
    """Returns the call with its transcript, its classification, its newest 20 classification runs, and a URL of its
    recording.
    """
    record = calls.get(call_id, by=caller)
    url = recordings.url_of(record, by=caller)
    return CallDetail.of_record(record, url, redacted=query.redacted)
