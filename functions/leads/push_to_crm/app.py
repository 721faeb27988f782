"""POST /v1/leads/{lead_id}/push-to-crm: send a lead to the tenant's CRM."""

from eal.domain.crm import store as crm
from eal.domain.leads.wire import LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post("/v1/leads/{lead_id}/push-to-crm", operation_id="pushLeadToCrm", tag="leads")
def push_to_crm(lead_id: str, caller: Writer) -> Accepted[LeadView]:
    """Send the lead to the connected CRM, signed as webhooks are: `crm_sync` tells how far that has come.

    The body is `{id, type: "lead.pushed", api_version, created_at, tenant_id, mode, data}`: `id` is the push's and the
    same at each attempt, `data` the lead as it is then. Attempts are those of webhooks; 410 ends them. A CRM that is
    not connected is a conflict. A new push takes the place of one that is still pending. In test mode nothing is sent:
    the push is simulated, and `crm_sync` says so.
    """
    return Accepted(LeadView.of(crm.request_push(lead_id, by=caller)))
