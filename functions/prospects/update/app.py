"""PATCH /v1/prospects/{prospect_id}: update a prospect."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectUpdate, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/prospects/{prospect_id}", summary="Update a prospect", operation_id="updateProspect", tag="prospects"
)
def update(prospect_id: str, body: ProspectUpdate, caller: Writer) -> ProspectView:
    """Updates the fields present in the body. Send null to clear a field. To change the qualification, use `POST
    /prospects/qualify`.
    """
    return ProspectView.of(prospects.update(prospect_id, body, by=caller))
