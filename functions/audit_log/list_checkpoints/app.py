"""GET /v1/audit-log/checkpoints: the signed checkpoints."""

from eal.core.listing import ListQuery
from eal.domain.audit_log import checkpoints
from eal.domain.audit_log.wire import CheckpointPage, CheckpointView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log/checkpoints",
    summary="List audit log checkpoints",
    operation_id="listAuditCheckpoints",
    tag="audit-log",
    grant="audit-log",
)
def list_checkpoints(query: ListQuery, caller: Reader) -> CheckpointPage:
    """Lists the signed Merkle roots, newest first. Keep one: if records before it are ever rewritten, no later
    checkpoint is consistent with it.
    """
    page = checkpoints.search(query, by=caller)
    return CheckpointPage(
        data=[CheckpointView.of(checkpoint) for checkpoint in page.items], next_cursor=page.next_cursor
    )
