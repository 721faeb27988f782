"""PATCH /v1/prospects/{prospect_id}: change a prospect."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.prospects import store as prospects
from eal.prospects.wire import ProspectUpdate, ProspectView

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
