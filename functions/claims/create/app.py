"""POST /v1/claims: create a claim."""

from eal.domain.claims import store as claims
from eal.domain.claims.wire import ClaimCreate, ClaimView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post("/v1/claims", summary="Create a claim", operation_id="createClaim", tag="claims")
def create(body: ClaimCreate, caller: Writer) -> Created[ClaimView]:
    """Opens a claim, optionally of an existing lead and call. If another claim has the same claim number of the same
    carrier, the response is 409 and `details.id` is that claim.
    """
    return Created(ClaimView.of(claims.create(body, by=caller)))
