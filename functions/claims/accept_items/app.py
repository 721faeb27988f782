"""POST /v1/claims/{claim_id}/scope/accept: accept the items of the scope above a confidence."""

from eal.domain.claims.scope import review
from eal.domain.claims.scope.wire import AcceptedItemsView, AcceptItems
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/claims/{claim_id}/scope/accept",
    summary="Accept scope items",
    operation_id="acceptClaimScopeItems",
    tag="claims",
    # A change, with reads of the claim, its items and the decisions.
    round_trips=5,
)
def accept_items(claim_id: str, body: AcceptItems, caller: Writer) -> AcceptedItemsView:
    """Accepts the items that nobody has decided and whose confidence is at least `min_confidence`, 40 at once. Repeat
    the request, with another Idempotency-Key, until `remaining` is 0.
    """
    return AcceptedItemsView.of(review.accept(claim_id, body, by=caller))
