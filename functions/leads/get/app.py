"""GET /v1/leads/{lead_id}: get a lead."""

from eal.domain.leads.collection import LEADS
from eal.domain.leads.wire import LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/leads/{lead_id}", summary="Get a lead", operation_id="getLead", tag="leads", grant="leads")
def get(lead_id: str, caller: Reader) -> LeadView:
    """Returns the lead. Its `version` is also the ETag, for If-Match and If-None-Match."""
    return LeadView.of(LEADS.get(caller.tenant, lead_id))
