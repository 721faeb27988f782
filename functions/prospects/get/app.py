"""GET /v1/prospects/{prospect_id}: one prospect."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.prospects import store as prospects
from eal.prospects.wire import ProspectView

app = Api()
handler = app.handler


@app.get("/v1/prospects/{prospect_id}", operation_id="getProspect", tag="prospects", grant="prospects")
def get(prospect_id: str, caller: Reader) -> ProspectView:
    """One prospect. Its `version` is the ETag that If-Match and If-None-Match take."""
    return ProspectView.of(prospects.find(prospect_id, by=caller))
