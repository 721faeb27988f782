"""GET /v1/leads/{lead_id}/history: list a lead's history."""

from eal.core.listing import ListQuery
from eal.domain.leads import history
from eal.domain.leads.collection import LEADS
from eal.domain.leads.wire import HistoryEntryView, HistoryPage
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/leads/{lead_id}/history",
    summary="List a lead's history",
    operation_id="listLeadHistory",
    tag="leads",
    grant="leads",
    # Reads the lead first, because the history of an erased lead is no longer visible.
    round_trips=3,
)
def get_history(lead_id: str, query: ListQuery, caller: Reader) -> HistoryPage:
    """Lists every status transition and every score of the lead, newest first, each with its time and author."""
    lead = LEADS.get(caller.tenant, lead_id)
    page = history.search(lead.id, query, by=caller)
    return HistoryPage(
        data=[HistoryEntryView.of(entry) for entry in page.items], next_cursor=page.next_cursor
    )
