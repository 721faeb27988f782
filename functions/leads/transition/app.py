"""POST /v1/leads/{lead_id}/transitions: move a lead to another status."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadTransition, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/leads/{lead_id}/transitions",
    summary="Move a lead to another status",
    operation_id="transitionLead",
    tag="leads",
)
def transition(lead_id: str, body: LeadTransition, caller: Writer) -> LeadView:
    """The path is new, contacted, qualified, scheduled, won. From any of the first four a lead can become lost, with a
    reason, or disqualified; from either of these it can become new again. Won is final.

    A move that is not allowed is refused with 409; `details.allowed` lists the statuses that are.
    """
    return LeadView.of(leads.transition(lead_id, body, by=caller))
