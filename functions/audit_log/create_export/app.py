"""POST /v1/audit-log/exports: export the audit log, or a part of it."""

from eal.domain.audit_log.exports import store as exports
from eal.domain.audit_log.exports.wire import AuditExportCreate, AuditExportView
from eal.entry.http.api import Api
from eal.entry.http.route import Accepted, Admin

app = Api()
handler = app.handler


@app.post("/v1/audit-log/exports", operation_id="createAuditExport", tag="audit-log")
def create(body: AuditExportCreate, caller: Admin) -> Accepted[AuditExportView]:
    """Export any part of the seven years, however long, as CSV or JSON lines. Its GET tells when the file is there.

    Asked for again within five minutes, as a retry does, the one that is being made is answered. Three may be in the
    making at once.
    """
    return Accepted(exports.ask(body.filters(), body.format, by=caller))
