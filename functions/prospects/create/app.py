"""POST /v1/prospects: add a prospect."""

from eal.entry.api import Api
from eal.entry.route import Writer
from eal.prospects import store as prospects
from eal.prospects.wire import ProspectCreate, ProspectView

app = Api()
handler = app.handler


@app.post(
    "/v1/prospects",
    summary="Create a prospect",
    operation_id="createProspect",
    tag="prospects",
    status_code=201,
)
def create(body: ProspectCreate, caller: Writer) -> ProspectView:
    """Adds a company or person to reach out to. If another prospect has the same e-mail address, the answer is 409 with
    its id.

    A prospect is at most 48 KiB of JSON. Its longer texts may contain newlines and tabs, but no other control
    characters.
    """
    return ProspectView.of(prospects.add(body, by=caller))
