"""GET /v1/prospects: list prospects."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectPage, ProspectQuery, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/prospects",
    summary="List prospects",
    operation_id="listProspects",
    tag="prospects",
    grant="prospects",
)
def list_prospects(query: ProspectQuery, caller: Reader) -> ProspectPage:
    """Lists prospects, newest first. Filter by qualification, outreach state, e-mail address, source, assignee and
    time.
    """
    page = prospects.search(query, by=caller)
    return ProspectPage(
        data=[ProspectView.of(prospect) for prospect in page.items], next_cursor=page.next_cursor
    )
