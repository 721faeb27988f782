"""POST /v1/leads: create a lead."""

from eal.domain.leads import capture as leads
from eal.domain.leads.wire import LeadCreate, LeadCreateQuery, LeadView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post("/v1/leads", summary="Create a lead", operation_id="createLead", tag="leads")
def create(body: LeadCreate, query: LeadCreateQuery, caller: Writer) -> Created[LeadView] | LeadView:
    """Captures a lead. If another lead has the same e-mail address or phone number, the response is 409, unless
    `on_duplicate` says otherwise.

    A lead is at most 48 KiB of JSON. Its notes and metadata may contain newlines and tabs, but no other control
    characters.
    """
    lead, is_new = leads.capture(body, query.on_duplicate, by=caller)
    view = LeadView.of(lead)
    return Created(view) if is_new else view
