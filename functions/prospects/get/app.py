"""GET /v1/prospects/{prospect_id}: get a prospect."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/prospects/{prospect_id}",
    summary="Get a prospect",
    operation_id="getProspect",
    tag="prospects",
    grant="prospects",
)
def get(prospect_id: str, caller: Reader) -> ProspectView:
    """Returns the prospect. Its `version` is also the ETag, for If-Match and If-None-Match."""
    return ProspectView.of(prospects.get(prospect_id, by=caller))
