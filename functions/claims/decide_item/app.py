"""PATCH /v1/claims/{claim_id}/scope/{item_id}: accept, edit or reject an item of the scope."""

from eal.domain.claims.scope import review
from eal.domain.claims.scope.wire import ItemDecision, ScopeItemView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/claims/{claim_id}/scope/{item_id}",
    summary="Update a scope item",
    operation_id="updateClaimScopeItem",
    tag="claims",
    # A change, with reads of the claim, its items and the decisions.
    round_trips=5,
)
def decide_item(claim_id: str, item_id: str, body: ItemDecision, caller: Writer) -> ScopeItemView:
    """Accepts, edits or rejects an item. The engine's values stay beside those of the person. A decision replaces the
    earlier one. It holds for later extractions that repeat the item unchanged.

    The first decision moves the claim to `in_review`; so does one after a sign-off. A claim in another status is
    refused with 409.
    """
    return ScopeItemView.of_item(review.decide(claim_id, item_id, body, by=caller), claim_id)
