"""POST /v1/prospects: create a prospect."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectCreate, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/prospects",
    summary="Create a prospect",
    operation_id="createProspect",
    tag="prospects",
)
def create(body: ProspectCreate, caller: Writer) -> Created[ProspectView]:
    """Adds a company or person to reach out to. If another prospect has the same e-mail address, the response is 409
    with its id.

    A prospect is at most 48 KiB of JSON. Its longer texts may contain newlines and tabs, but no other control
    characters.
    """
    return Created(ProspectView.of(prospects.add(body, by=caller)))
