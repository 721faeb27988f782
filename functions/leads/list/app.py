"""GET /v1/leads: list leads."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadPage, LeadQuery, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/leads", summary="List leads", operation_id="listLeads", tag="leads", grant="leads")
def list_leads(query: LeadQuery, caller: Reader) -> LeadPage:
    """Lists leads, newest first. Filter by status, source, loss type, assignee, e-mail address, phone number, score and
    time.
    """
    page = leads.search(query, by=caller)
    return LeadPage(data=[LeadView.of(lead) for lead in page.items], next_cursor=page.next_cursor)
