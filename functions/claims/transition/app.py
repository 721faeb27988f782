"""POST /v1/claims/{claim_id}/transitions: close or reopen a claim."""

from eal.domain.claims import store as claims
from eal.domain.claims.wire import ClaimTransition, ClaimView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/claims/{claim_id}/transitions",
    summary="Move a claim to another status",
    operation_id="transitionClaim",
    tag="claims",
)
def transition(claim_id: str, body: ClaimTransition, caller: Writer) -> ClaimView:
    """Closes a claim (`to` is `closed`), or reopens a closed one (`to` is `open`), which requires the scope `admin`.
    The retention of the evidence begins when the claim is closed. The extraction, the review and the sign-off set the
    other statuses.

    A move that is not allowed is refused with 409; `details.allowed` lists the statuses that are.
    """
    return ClaimView.of(claims.transition(claim_id, body, by=caller))
