"""POST /v1/audit-log/exports: export the audit log, or a part of it."""

from eal.domain.audit_log.exports import store as exports
from eal.domain.audit_log.exports.wire import AuditExportCreate, AuditExportView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, RecentAdmin

app = Api()
handler = app.handler


@app.post(
    "/v1/audit-log/exports",
    summary="Create an audit log export",
    operation_id="createAuditExport",
    tag="audit-log",
    # Counts the exports that are in progress.
    round_trips=3,
)
def create(body: AuditExportCreate, caller: RecentAdmin) -> Accepted[AuditExportView]:
    """Starts an export of any part of the log's seven years, as CSV or JSON Lines. Poll `GET
    /audit-log/exports/{export_id}` until `status` is `completed`.

    The same request within five minutes returns the export that is already running. At most three exports can run at
    once; another one is refused with 409.
    """
    return Accepted(exports.request_export(body.filters(), body.format, by=caller))
