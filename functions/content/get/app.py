"""GET /v1/content/{content_id}: get content."""

from eal.domain.content.store import CONTENTS
from eal.domain.content.wire import ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/content/{content_id}",
    summary="Get content",
    operation_id="getContent",
    tag="content",
    grant="content",
)
def get(content_id: str, caller: Reader) -> ContentView:
    """Returns the content with its newest text and the findings of the content policy. Its `version` is also the ETag,
    for If-Match and If-None-Match.
    """
    return ContentView.of(CONTENTS.get(caller.tenant, content_id))
