"""POST /v1/prospects/{prospect_id}/convert: make a lead of a prospect."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectConvert, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post("/v1/prospects/{prospect_id}/convert", operation_id="convertProspect", tag="prospects")
def convert(prospect_id: str, body: ProspectConvert, caller: Writer) -> ProspectView:
    """Make a lead of a prospect, or link the one that has its e-mail or a phone. A second time is a conflict."""
    return ProspectView.of(prospects.convert(prospect_id, body, by=caller))
