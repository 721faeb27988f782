"""POST /v1/leads: capture a lead."""

from eal.domain.leads import capture as leads
from eal.domain.leads.wire import LeadCreate, LeadCreateQuery, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post("/v1/leads", operation_id="createLead", tag="leads")
def create(body: LeadCreate, query: LeadCreateQuery, caller: Writer) -> Created[LeadView] | LeadView:
    """Capture a lead. One with the same e-mail or phone is a conflict, unless `on_duplicate` says otherwise.

    A lead has at most 48 KiB as JSON in all, and no control characters besides newline and tab in notes and metadata.
    """
    lead, is_new = leads.capture(body, query.on_duplicate, by=caller)
    view = LeadView.of(lead)
    return Created(view) if is_new else view
