"""PUT /v1/claims/{claim_id}/legal-hold: place a legal hold on a claim."""

from eal.domain.claims import store as claims
from eal.domain.claims.wire import ClaimView, LegalHoldPut
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.put(
    "/v1/claims/{claim_id}/legal-hold",
    summary="Place a legal hold",
    operation_id="putLegalHold",
    tag="claims",
)
def put_legal_hold(claim_id: str, body: LegalHoldPut, caller: Admin) -> ClaimView:
    """Keeps the claim and its evidence until the hold is released: the retention deletes nothing, and a deletion is
    refused with 409. Replaces an earlier hold.
    """
    return ClaimView.of(claims.place_hold(claim_id, body, by=caller))
