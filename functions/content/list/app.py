"""GET /v1/content: list content."""

from eal.domain.content import store as contents
from eal.domain.content.wire import ContentPage, ContentQuery, ContentView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/content", summary="List content", operation_id="listContent", tag="content", grant="content")
def list_content(query: ContentQuery, caller: Reader) -> ContentPage:
    """Lists content, newest first. Filter by type, status, time, and the review that it responds to."""
    page = contents.search(query, by=caller)
    return ContentPage(data=[ContentView.of(content) for content in page.items], next_cursor=page.next_cursor)
