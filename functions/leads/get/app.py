"""GET /v1/leads/{lead_id}: one lead."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/leads/{lead_id}", operation_id="getLead", tag="leads", grant="leads")
def get(lead_id: str, caller: Reader) -> LeadView:
    """One lead. Its `version` is the ETag that If-Match and If-None-Match take."""
    return LeadView.of(leads.find(lead_id, by=caller))
