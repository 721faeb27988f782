"""POST /v1/leads: capture a lead."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.leads import capture as leads
from eal.leads.wire import LeadCreate, LeadCreateQuery, LeadView

app = Api()
handler = app.handler


@app.post(
    "/v1/leads", summary="Create a lead", operation_id="createLead", tag="leads", status_code=201, also=(200,)
)
def create(body: LeadCreate, query: LeadCreateQuery, caller: Writer) -> LeadView:
    """Captures a lead. If another lead has the same e-mail address or phone number, the answer is 409, unless
    `on_duplicate` says otherwise.

    A lead is at most 48 KiB of JSON. Its notes and metadata may contain newlines and tabs, but no other control
    characters.
    """
    lead, is_new = leads.capture(body, query.on_duplicate, by=caller)
    caller.answer_status = 201 if is_new else 200
    return LeadView.of(lead)
