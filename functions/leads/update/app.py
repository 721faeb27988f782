"""PATCH /v1/leads/{lead_id}: update a lead."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadUpdate, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch("/v1/leads/{lead_id}", summary="Update a lead", operation_id="updateLead", tag="leads")
def update(lead_id: str, body: LeadUpdate, caller: Writer) -> LeadView:
    """Updates the fields present in the body. Send null to clear a field. To change the status, use `POST
    /leads/{lead_id}/transitions`.
    """
    return LeadView.of(leads.update(lead_id, body, by=caller))
