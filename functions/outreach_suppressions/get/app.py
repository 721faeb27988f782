"""GET /v1/outreach/suppressions/{suppression_id}: get a suppression."""

from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.outreach.suppressions.wire import SuppressionView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/suppressions/{suppression_id}",
    summary="Get a suppression",
    operation_id="getSuppression",
    tag="outreach",
    grant="outreach",
)
def get(suppression_id: str, caller: Reader) -> SuppressionView:
    """Returns the suppression. Its `version` is also the ETag, for If-Match and If-None-Match."""
    return SuppressionView.of(suppressions.get(suppression_id, by=caller))
