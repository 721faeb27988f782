"""GET /v1/audit-log/{record_id}: one audit record."""

from eal.domain.audit_log import store as audit_log
from eal.domain.audit_log.wire import AuditRecordView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log/{record_id}",
    summary="Get an audit record",
    operation_id="getAuditRecord",
    tag="audit-log",
    grant="audit-log",
)
def get(record_id: str, caller: Reader) -> AuditRecordView:
    """Returns who did what to which resource, each field that changed, and the record's position in the hash chain."""
    return AuditRecordView.of(audit_log.get(record_id, by=caller))
