"""POST /v1/content: create content."""

from eal.domain.content import generation
from eal.domain.content.wire import ContentCreate, ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/content",
    summary="Create content",
    operation_id="createContent",
    tag="content",
    # Reads the switch for AI.
    round_trips=3,
)
def create(body: ContentCreate, caller: Writer) -> Accepted[ContentView]:
    """Queues a text for the AI to write from the brief: a blog post, a video script, a social post, or the response to
    a review. The status is `generating`, with a `step`, until it is `draft`, or `failed` with a `reason`.

    The AI states only those facts about the company that are in the organization's settings. The setting `ai.enabled`
    must be true; otherwise the response is 409.
    """
    return Accepted(ContentView.of(generation.add(body, by=caller)))
