"""PATCH /v1/claims/{claim_id}: update a claim."""

from eal.domain.claims import store as claims
from eal.domain.claims.wire import ClaimUpdate, ClaimView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch("/v1/claims/{claim_id}", summary="Update a claim", operation_id="updateClaim", tag="claims")
def update(claim_id: str, body: ClaimUpdate, caller: Writer) -> ClaimView:
    """Updates the fields present in the body. Send null to clear a field. A closed claim must be reopened first."""
    return ClaimView.of(claims.update(claim_id, body, by=caller))
