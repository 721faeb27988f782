"""GET /v1/calls/{call_id}/transcript: a call's transcript, as provided or redacted."""

from eal.core.errors import NotFound
from eal.domain.calls import store as calls
from eal.domain.calls.wire import CallTranscriptView, RedactionQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/calls/{call_id}/transcript",
    summary="Get a call's transcript",
    operation_id="getCallTranscript",
    tag="calls",
    grant="calls",
)
def get_transcript(call_id: str, query: RedactionQuery, caller: Reader) -> CallTranscriptView:
    """Returns the text and its turns with their speakers. A call without a transcript is 404."""
    view = CallTranscriptView.of_record(calls.get(call_id, by=caller), redacted=query.redacted)
    if view is None:
        raise NotFound("This call has no transcript.")
    return view
