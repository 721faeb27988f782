"""GET /v1/leads/{lead_id}/history: what became of a lead."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.leads import history
from eal.leads import store as leads
from eal.leads.wire import HistoryEntryView, HistoryPage
from eal.listing import ListQuery

app = Api()
handler = app.handler


@app.get(
    "/v1/leads/{lead_id}/history",
    summary="List a lead's history",
    operation_id="listLeadHistory",
    tag="leads",
    grant="leads",
)
def get_history(lead_id: str, query: ListQuery, caller: Reader) -> HistoryPage:
    """Lists every status transition and every score of the lead, newest first, each with its time and author."""
    lead = leads.find(lead_id, by=caller)
    page = history.search(lead.id, query, by=caller)
    return HistoryPage(data=[HistoryEntryView.of(one) for one in page.items], next_cursor=page.next_cursor)
