"""POST /v1/outreach/suppressions: suppress an address or a domain."""

from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.outreach.suppressions.wire import SuppressionCreate, SuppressionView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/suppressions",
    summary="Create a suppression",
    operation_id="createSuppression",
    tag="outreach",
    # Reads the claim of the address, which may be suppressed, and its open enrollment, which stops.
    round_trips=4,
)
def create(body: SuppressionCreate, caller: Writer) -> Created[SuppressionView] | SuppressionView:
    """Suppresses an address or a domain: no outreach e-mail is sent to it from now on, also if it is queued already.
    An open enrollment of the address stops at once; those of a domain's addresses stop when their next step is due.

    If it is suppressed already, the response is 200 with that suppression. Its reason changes only from one that the
    law does not protect to one that it does.
    """
    suppression, outcome = suppressions.suppress(body, body.source, by=caller)
    view = SuppressionView.of(suppression)
    return Created(view) if outcome == "created" else view
