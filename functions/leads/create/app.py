"""POST /v1/leads: capture a lead."""

from eal.domain.leads import capture as leads
from eal.domain.leads.wire import LeadCreate, LeadCreateQuery, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post("/v1/leads", operation_id="createLead", tag="leads", status_code=201, also=(200,))
def create(body: LeadCreate, query: LeadCreateQuery, caller: Writer) -> LeadView:
    """Capture a lead. One with the same e-mail or phone is a conflict, unless `on_duplicate` says otherwise.

    A lead has at most 48 KiB as JSON in all, and no control characters besides newline and tab in notes and metadata.
    """
    lead, is_new = leads.capture(body, query.on_duplicate, by=caller)
    caller.answer_status = 201 if is_new else 200
    return LeadView.of(lead)
