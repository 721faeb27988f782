"""POST /v1/prospects/{prospect_id}/convert: convert a prospect to a lead."""

from eal.domain.prospects import converting
from eal.domain.prospects.wire import ProspectConvert, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/prospects/{prospect_id}/convert",
    summary="Convert a prospect to a lead",
    operation_id="convertProspect",
    tag="prospects",
    # Reads the claims of the prospect's e-mail and phones.
    round_trips=4,
)
def convert(prospect_id: str, body: ProspectConvert, caller: Writer) -> ProspectView:
    """Creates a lead from the prospect, or links the existing lead that has its e-mail address or a phone number.
    Returns 409 if the prospect is already converted, or if its contacts belong to different leads.
    """
    return ProspectView.of(converting.convert(prospect_id, body, by=caller))
