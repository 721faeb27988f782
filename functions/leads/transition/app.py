"""POST /v1/leads/{lead_id}/transitions: move a lead on."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadTransition, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post("/v1/leads/{lead_id}/transitions", operation_id="transitionLead", tag="leads")
def transition(lead_id: str, body: LeadTransition, caller: Writer) -> LeadView:
    """Move a lead to its next status; an illegal move is a 409 with the allowed ones.

    new, contacted, qualified, scheduled and won follow one another. From the first four a lead can be lost, with a
    reason, or disqualified, and from these it can become new again. Won is final.
    """
    return LeadView.of(leads.transition(lead_id, body, by=caller))
