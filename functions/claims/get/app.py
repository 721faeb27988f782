"""GET /v1/claims/{claim_id}: get a claim."""

from eal.domain.claims.store import CLAIMS
from eal.domain.claims.wire import ClaimView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}", summary="Get a claim", operation_id="getClaim", tag="claims", grant="claims"
)
def get(claim_id: str, caller: Reader) -> ClaimView:
    """Returns the claim. Its `version` is also the ETag, for If-Match and If-None-Match."""
    return ClaimView.of(CLAIMS.get(caller.tenant, claim_id))
