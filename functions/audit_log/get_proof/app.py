"""GET /v1/audit-log/{record_id}/proof: a proof that a record is in the log."""

from eal.domain.audit_log import proofs
from eal.domain.audit_log.wire import ProofView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/audit-log/{record_id}/proof",
    summary="Get an inclusion proof",
    operation_id="getAuditProof",
    tag="audit-log",
    grant="audit-log",
)
def get_proof(record_id: str, caller: Reader) -> ProofView:
    """Returns the Merkle path from a record to a signed checkpoint. A new record has no proof until it is archived,
    which takes about a minute; until then the response is 503.

    If no checkpoint covers the record yet, a caller with the scope `write` has one signed, at most one a minute;
    otherwise the response is 503 with `Retry-After`, and the record is covered within about an hour. No checkpoint is
    signed for the record of a checkpoint.
    """
    return proofs.of_record(record_id, by=caller)
