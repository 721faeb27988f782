"""GET /v1/outreach/suppressions/export.csv: the suppressions as CSV."""

from eal.domain.outreach.suppressions import csv_export
from eal.domain.outreach.suppressions.wire import SuppressionCsvQuery
from eal.entry.http.api import Api
from eal.entry.http.request import Response
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler

HEADERS = {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": 'attachment; filename="suppressions.csv"',
}


@app.get(
    "/v1/outreach/suppressions/export.csv",
    summary="Export suppressions as CSV",
    operation_id="exportSuppressionsCsv",
    tag="outreach",
    # Records the export.
    round_trips=3,
)
def export(query: SuppressionCsvQuery, caller: RecentAdmin) -> Response:
    """Returns up to 10,000 suppressions as CSV, newest first. If more match, or if `source` has to be looked for among
    more than 20,000, the response is 422: request them by time. The audit log records the export.

    `POST /outreach/suppressions/import` accepts the file.
    """
    return Response(200, csv_export.csv_text(query, by=caller), HEADERS)
