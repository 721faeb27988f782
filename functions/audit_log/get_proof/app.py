"""GET /v1/audit-log/{record_id}/proof: that a record is in the log."""

from eal.domain.audit_log import proofs
from eal.domain.audit_log.wire import ProofView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/audit-log/{record_id}/proof", operation_id="getAuditProof", tag="audit-log", grant="audit-log")
def get_proof(record_id: str, caller: Reader) -> ProofView:
    """The Merkle path from a record to a signed checkpoint. 503 for the minute in which the record is archived."""
    return proofs.of_record(record_id, by=caller)
