"""GET /v1/claims/{claim_id}/scope: the scope of a claim."""

from eal.domain.claims.scope import store as scope
from eal.domain.claims.scope.wire import ScopeQuery, ScopeView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/scope",
    summary="Get the scope",
    operation_id="getClaimScope",
    tag="claims",
    grant="claims",
)
def get_scope(claim_id: str, query: ScopeQuery, caller: Reader) -> ScopeView:
    """Returns the items of the latest extraction with their evidence, each with the decision of a person if there is
    one, and what the extraction left out and found to be contradictory. Before the first extraction, it is empty.
    """
    _, found = scope.of_claim(claim_id, caller, "conflicts", "items")
    return ScopeView.of_scope(found, claim_id, query)
