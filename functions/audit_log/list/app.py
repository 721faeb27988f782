"""GET /v1/audit-log: the audit log, filtered."""

from eal.domain.audit_log import store as audit_log
from eal.domain.audit_log.wire import AuditLogQuery, AuditRecordPage, AuditRecordView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log",
    summary="List audit records",
    operation_id="listAuditLog",
    tag="audit-log",
    grant="audit-log",
)
def list_records(query: AuditLogQuery, caller: Reader) -> AuditRecordPage:
    """Lists audit records of the last seven years, newest first. Combine `resource_type` and `resource_id` to get one
    resource's history.

    Records older than about a year are in the order of `seq`. A cursor of a list in ascending order is valid for 31
    days.
    """
    page = audit_log.search(query, by=caller)
    return AuditRecordPage(
        data=[AuditRecordView.of(record) for record in page.items], next_cursor=page.next_cursor
    )
