"""GET /v1/audit-log/checkpoints/{checkpoint_id}/consistency: a proof that the log only grew."""

from eal.domain.audit_log import proofs
from eal.domain.audit_log.wire import ConsistencyQuery, ConsistencyView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log/checkpoints/{checkpoint_id}/consistency",
    summary="Get a consistency proof",
    operation_id="getAuditConsistency",
    tag="audit-log",
    grant="audit-log",
)
def get_consistency(checkpoint_id: str, query: ConsistencyQuery, caller: Reader) -> ConsistencyView:
    """Returns the RFC 6962 proof that the log at the checkpoint `from` is an unchanged prefix of the log at this
    checkpoint: records were only appended in between.
    """
    return proofs.of_consistency(checkpoint_id, query.from_id, by=caller)
