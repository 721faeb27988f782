"""POST /v1/claims/{claim_id}/extract: extract the scope of a claim."""

from eal.domain.claims.scope import extractions
from eal.domain.claims.wire import ClaimView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/claims/{claim_id}/extract",
    summary="Extract the scope",
    operation_id="extractClaim",
    tag="claims",
    # A change, with reads of the switch for AI, the notes and the photos, whose hash is compared.
    round_trips=6,
)
def extract(claim_id: str, caller: Writer) -> Accepted[ClaimView]:
    """Queues the extraction of rooms, scope items, exclusions and summaries of photos from the notes, and from the
    captions and rooms of photos that are `ready`. The claim is `extracting` until it is `ready_for_review`; then the
    event `claim.scope.ready` is sent. If it fails, `extraction_failure` says why.

    Later evidence makes a new version of the scope. What people decided about unchanged items still holds.

    A claim that is closed, that has nothing to extract, or that is being extracted from the same evidence is refused
    with 409.
    """
    return Accepted(ClaimView.of(extractions.request(claim_id, by=caller)))
