"""GET /v1/claims: list claims."""

from eal.domain.claims import store as claims
from eal.domain.claims.wire import ClaimPage, ClaimQuery, ClaimView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/claims", summary="List claims", operation_id="listClaims", tag="claims", grant="claims")
def list_claims(query: ClaimQuery, caller: Reader) -> ClaimPage:
    """Lists claims, newest first. Filter by claim number, carrier, status, loss type, lead, call, date of loss and
    time.
    """
    page = claims.search(query, by=caller)
    return ClaimPage(data=[ClaimView.of(claim) for claim in page.items], next_cursor=page.next_cursor)
