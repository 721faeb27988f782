"""GET /v1/audit-log/checkpoints: the signed checkpoints."""

from eal.core.listing import ListQuery
from eal.domain.audit_log import checkpoints
from eal.domain.audit_log.wire import CheckpointPage, CheckpointView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/audit-log/checkpoints", operation_id="listAuditCheckpoints", tag="audit-log", grant="audit-log")
def list_checkpoints(query: ListQuery, caller: Reader) -> CheckpointPage:
    """Signed Merkle roots, newest first. Save one: no later log that was rewritten before it will fit."""
    page = checkpoints.search(query, by=caller)
    return CheckpointPage(
        data=[CheckpointView.of(checkpoint) for checkpoint in page.items], next_cursor=page.next_cursor
    )
