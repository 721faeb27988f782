"""DELETE /v1/content/{content_id}: delete content."""

from eal.domain.content import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/content/{content_id}", summary="Delete content", operation_id="deleteContent", tag="content")
def delete(content_id: str, caller: Admin) -> None:
    """Deletes the content with its revisions, and its texts from stored events. While it is scheduled or published, the
    response is 409.
    """
    erasure.delete(content_id, by=caller)
