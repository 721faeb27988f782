"""GET /v1/audit-log/export.csv: the audit log as CSV, or a redirect to an export if it is long."""

from eal.domain.audit_log.exports import direct
from eal.domain.audit_log.exports import store as exports
from eal.domain.audit_log.exports.wire import AuditLogCsvQuery
from eal.entry.http.api import Api
from eal.entry.http.openapi import SERVER
from eal.entry.http.request import Response
from eal.entry.http.route import RecentAdmin

app = Api()
handler = app.handler

HEADERS = {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": 'attachment; filename="audit-log.csv"',
}


@app.get(
    "/v1/audit-log/export.csv",
    summary="Export the audit log as CSV",
    operation_id="exportAuditLogCsv",
    tag="audit-log",
    also=(303,),
    # Records the export.
    round_trips=3,
)
def export(query: AuditLogCsvQuery, caller: RecentAdmin) -> Response:
    """Returns up to 5,000 records as CSV, in the order of the list. If more match, or records older than about a year
    can match, the response is a 303 whose Location is an export created with the same filters. The file of an export
    starts with the oldest record, whatever `order` is.

    The log records the export. If three exports are already running, the response is 409.
    """
    if (text := direct.csv_text(query, by=caller)) is not None:
        return Response(200, text, HEADERS)
    created = exports.request_export(query.filters(), "csv", by=caller)
    return Response(
        303, created.model_dump_json(by_alias=True), {"Location": f"{SERVER}/audit-log/exports/{created.id}"}
    )
