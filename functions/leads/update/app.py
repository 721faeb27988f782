"""PATCH /v1/leads/{lead_id}: change a lead."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadUpdate, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch("/v1/leads/{lead_id}", operation_id="updateLead", tag="leads")
def update(lead_id: str, body: LeadUpdate, caller: Writer) -> LeadView:
    """Change what the body gives and nothing else; null clears a field. The status has its own endpoint."""
    return LeadView.of(leads.update(lead_id, body, by=caller))
