"""POST /v1/leads/{lead_id}/score: score a lead again."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.leads import store as leads
from eal.leads.wire import LeadScoreView

app = Api()
handler = app.handler


@app.post("/v1/leads/{lead_id}/score", operation_id="scoreLead", tags=["leads"])
def score(lead_id: str, caller: Writer) -> LeadScoreView:
    """Score a lead under today's rules and settings, as each change of it does too, there under settings up to a minute old."""
    return LeadScoreView.of(leads.rescore(lead_id, by=caller))
