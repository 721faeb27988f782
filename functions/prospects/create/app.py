"""POST /v1/prospects: add a prospect."""

from eal.domain.prospects import store as prospects
from eal.domain.prospects.wire import ProspectCreate, ProspectView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post("/v1/prospects", operation_id="createProspect", tag="prospects")
def create(body: ProspectCreate, caller: Writer) -> Created[ProspectView]:
    """Add somebody to reach out to. One with the same e-mail is a conflict that names it.

    A prospect has at most 48 KiB as JSON in all, and no control characters besides newline and tab in its longer texts.
    """
    return Created(ProspectView.of(prospects.add(body, by=caller)))
