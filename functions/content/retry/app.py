"""POST /v1/content/{content_id}/retry: retry what the AI failed to write."""

from eal.domain.content import transitions
from eal.domain.content.wire import ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/content/{content_id}/retry",
    summary="Retry a generation",
    operation_id="retryContent",
    tag="content",
    # A change, with a read of the switch for AI.
    round_trips=4,
)
def retry(content_id: str, caller: Writer) -> Accepted[ContentView]:
    """Queues again what the AI failed to write, by the same brief or instructions. Unless the status is `failed`, the
    response is 409. It is also 409 if the setting `ai.enabled` is false.
    """
    return Accepted(ContentView.of(transitions.retry(content_id, by=caller)))
