"""GET /v1/audit-log/checkpoints/{checkpoint_id}/consistency: that the log only grew."""

from eal.domain.audit_log import proofs
from eal.domain.audit_log.wire import ConsistencyQuery, ConsistencyView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log/checkpoints/{checkpoint_id}/consistency",
    operation_id="getAuditConsistency",
    tag="audit-log",
    grant="audit-log",
)
def get_consistency(checkpoint_id: str, query: ConsistencyQuery, caller: Reader) -> ConsistencyView:
    """The RFC 6962 proof that the log of the checkpoint `from` was only added to until this one."""
    return proofs.of_consistency(checkpoint_id, query.from_id, by=caller)
