"""GET /v1/outreach/drafts: list drafts."""

from eal.domain.outreach.drafts import store as drafts
from eal.domain.outreach.drafts.wire import DraftPage, DraftQuery, DraftView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/drafts",
    summary="List drafts",
    operation_id="listDrafts",
    tag="outreach",
    grant="outreach",
)
def list_drafts(query: DraftQuery, caller: Reader) -> DraftPage:
    """Lists drafts, newest first. Filter by status, time, and lead or prospect."""
    page = drafts.search(query, by=caller)
    return DraftPage(data=[DraftView.of(draft) for draft in page.items], next_cursor=page.next_cursor)
