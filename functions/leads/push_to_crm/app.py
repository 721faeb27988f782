"""POST /v1/leads/{lead_id}/push-to-crm: send a lead to the tenant's CRM."""

from eal.domain.crm import store as crm
from eal.domain.leads.wire import LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/leads/{lead_id}/push-to-crm",
    summary="Push a lead to the CRM",
    operation_id="pushLeadToCrm",
    tag="leads",
)
def push_to_crm(lead_id: str, caller: Writer) -> Accepted[LeadView]:
    """Queues the lead for delivery to the connected CRM; `crm_sync` shows the progress. The request is signed and
    retried like a webhook, except that a 410 only ends this push. Its body is `{id, type: "lead.pushed", api_version,
    created_at, tenant_id, mode, data}`: `id` identifies the push and is the same in every attempt, and `data` is the
    lead at the time of the attempt.

    A new push replaces one that is still pending. If no CRM is connected, the response is 409. In test mode nothing is
    sent: the push is simulated, and `crm_sync.simulated` is true.
    """
    return Accepted(LeadView.of(crm.request_push(lead_id, by=caller)))
