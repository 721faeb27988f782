"""POST /v1/leads/{lead_id}/score: score a lead."""

from eal.domain.leads import store as leads
from eal.domain.leads.wire import LeadScoreView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/leads/{lead_id}/score",
    summary="Score a lead",
    operation_id="scoreLead",
    tag="leads",
    # A change, with a read of the current settings.
    round_trips=4,
)
def score(lead_id: str, caller: Writer) -> LeadScoreView:
    """Scores the lead again with the current rules and settings. Every change of a lead also scores it, with settings
    that can be up to one minute old.
    """
    return LeadScoreView.of(leads.rescore(lead_id, by=caller))
