"""POST /v1/leads/{lead_id}/score: score a lead again."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadScoreView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post("/v1/leads/{lead_id}/score", operation_id="scoreLead", tag="leads")
def score(lead_id: str, caller: Writer) -> LeadScoreView:
    """Score a lead again, under the rules and settings of this moment.

    Each change of a lead scores it too, under settings up to a minute old.
    """
    return LeadScoreView.of(leads.rescore(lead_id, by=caller))
