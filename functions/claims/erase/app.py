"""DELETE /v1/claims/{claim_id}: erase a claim."""

from eal.domain.claims import erasure
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete("/v1/claims/{claim_id}", summary="Erase a claim", operation_id="eraseClaim", tag="claims")
def erase(claim_id: str, caller: Admin) -> None:
    """Erases the claim with its photos and notes. The erasure is permanent. Audit records of the claim stay verifiable,
    without the data. A claim on legal hold is not erased; the response is 409.
    """
    erasure.erase(claim_id, by=caller)
