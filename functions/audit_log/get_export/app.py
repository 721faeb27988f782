"""GET /v1/audit-log/exports/{export_id}: an export, with the URL of its file once it is completed."""

from eal.domain.audit_log.exports import store as exports
from eal.domain.audit_log.exports.wire import AuditExportView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log/exports/{export_id}",
    summary="Get an audit log export",
    operation_id="getAuditExport",
    tag="audit-log",
    grant="audit-log",
)
def get(export_id: str, caller: Reader) -> AuditExportView:
    """Returns the export's progress. Once it is completed, the response includes its manifest and a download URL that
    is valid for one hour.
    """
    return exports.get(export_id, by=caller)
