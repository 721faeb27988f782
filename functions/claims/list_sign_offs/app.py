"""GET /v1/claims/{claim_id}/sign-offs: the sign-offs of a claim."""

from eal.core.listing import ListQuery
from eal.domain.claims.sign_offs import objects
from eal.domain.claims.sign_offs import store as sign_offs
from eal.domain.claims.sign_offs.wire import SignOffPage, SignOffView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/sign-offs",
    summary="List sign-offs",
    operation_id="listClaimSignOffs",
    tag="claims",
    grant="claims",
    # Reads the claim first, because an unknown claim is a 404.
    round_trips=3,
)
def list_sign_offs(claim_id: str, query: ListQuery, caller: Reader) -> SignOffPage:
    """Lists the sign-offs of a claim, newest first, with URLs of their files that are valid for an hour."""
    page = sign_offs.search(claim_id, query, by=caller)
    views = [
        SignOffView.of_sign_off(found, objects.urls(found, caller.tenant), caller.at) for found in page.items
    ]
    return SignOffPage(data=views, next_cursor=page.next_cursor)
