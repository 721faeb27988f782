"""GET /v1/outreach/suppressions: list suppressions."""

from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.outreach.suppressions.wire import SuppressionPage, SuppressionQuery, SuppressionView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/suppressions",
    summary="List suppressions",
    operation_id="listSuppressions",
    tag="outreach",
    grant="outreach",
)
def list_suppressions(query: SuppressionQuery, caller: Reader) -> SuppressionPage:
    """Lists suppressions, newest first. Filter by address, domain, reason, source and time."""
    page = suppressions.search(query, by=caller)
    return SuppressionPage(
        data=[SuppressionView.of(suppression) for suppression in page.items], next_cursor=page.next_cursor
    )
