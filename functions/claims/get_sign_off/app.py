"""GET /v1/claims/{claim_id}/sign-off: the latest sign-off of a claim."""

from eal.domain.claims.sign_offs import objects
from eal.domain.claims.sign_offs import store as sign_offs
from eal.domain.claims.sign_offs.wire import SignOffView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/sign-off",
    summary="Get the latest sign-off",
    operation_id="getClaimSignOff",
    tag="claims",
    grant="claims",
    # Reads the claim first, because an unknown claim is a 404.
    round_trips=3,
)
def get_sign_off(claim_id: str, caller: Reader) -> SignOffView:
    """Returns the latest sign-off, with URLs of its files that are valid for an hour. A claim that was never signed off
    has none: 404.
    """
    found = sign_offs.get_latest(claim_id, by=caller)
    return SignOffView.of_sign_off(found, objects.urls(found, caller.tenant), caller.at)
