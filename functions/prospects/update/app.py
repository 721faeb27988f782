"""PATCH /v1/prospects/{prospect_id}: change a prospect."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectUpdate, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch("/v1/prospects/{prospect_id}", operation_id="updateProspect", tag="prospects")
def update(prospect_id: str, body: ProspectUpdate, caller: Writer) -> ProspectView:
    """Change what the body gives and nothing else; null clears a field. The qualification has its own endpoint."""
    return ProspectView.of(prospects.update(prospect_id, body, by=caller))
