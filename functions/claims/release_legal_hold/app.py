"""DELETE /v1/claims/{claim_id}/legal-hold: release the legal hold of a claim."""

from eal.domain.claims import store as claims
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/claims/{claim_id}/legal-hold",
    summary="Release a legal hold",
    operation_id="releaseLegalHold",
    tag="claims",
)
def release_legal_hold(claim_id: str, caller: Admin) -> None:
    """Ends the legal hold. If the claim has been closed for longer than the retention, its evidence is deleted within
    six hours.
    """
    claims.release_hold(claim_id, by=caller)
