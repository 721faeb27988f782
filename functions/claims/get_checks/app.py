"""GET /v1/claims/{claim_id}/checks: the integrity checks of a claim."""

from eal.domain.claims.scope import checking
from eal.domain.claims.scope.wire import ChecksView, ClaimFindingView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/checks",
    summary="Get the findings of the checks",
    operation_id="getClaimChecks",
    tag="claims",
    grant="claims",
    # Reads the notes, over which the rules go, and the scope, if there is one.
    round_trips=3,
)
def get_checks(claim_id: str, caller: Reader) -> ChecksView:
    """Returns what the integrity rules find in the claim, its evidence and its scope as people have decided it: such as
    a removal without a replacement, or a quantity over the area of its room. The rules are deterministic, and use no
    model.
    """
    version, found = checking.check(claim_id, by=caller)
    return ChecksView(version=version, data=[ClaimFindingView.of_finding(finding) for finding in found])
