"""POST /v1/claims/{claim_id}/sign-off: sign off the scope of a claim."""

from eal.domain.claims.sign_offs import signing
from eal.domain.claims.sign_offs.wire import SignOffCreate, SignOffView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/claims/{claim_id}/sign-off",
    summary="Create a sign-off",
    operation_id="signOffClaim",
    tag="claims",
    # A change, with reads of the count of decisions, the scope, what was decided about its items and its rooms, the
    # latest sign-off, the photos, the notes for the checks and for the bundle, and the organization's name; and S3,
    # which stores the content.
    round_trips=13,
)
def sign_off(claim_id: str, body: SignOffCreate, caller: Writer) -> Accepted[SignOffView]:
    """Freezes the scope with its decisions, the rooms, the summaries and the evidence as the next version, and moves
    the claim to `signed_off`. The bundle is written afterwards: JSON with its schema, CSV, a PDF report, and a manifest
    with the SHA-256 of each. Poll GET until the status is `ready`.

    Refused with 409 while an item is undecided (`details.undecided_items`), or while a finding of the level `block` is
    not in `acknowledge` (`details.blocking_checks`). A change after a sign-off is signed as another version; earlier
    versions stay.
    """
    return Accepted(SignOffView.of_new(signing.sign(claim_id, body, by=caller)))
