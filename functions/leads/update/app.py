"""PATCH /v1/leads/{lead_id}: change a lead."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.leads import store as leads
from eal.leads.wire import LeadUpdate, LeadView

app = Api()
handler = app.handler


@app.patch("/v1/leads/{lead_id}", summary="Update a lead", operation_id="updateLead", tag="leads")
def update(lead_id: str, body: LeadUpdate, caller: Writer) -> LeadView:
    """Updates the fields present in the body. Send null to clear a field. To change the status, use `POST
    /leads/{lead_id}/transitions`.
    """
    return LeadView.of(leads.update(lead_id, body, by=caller))
