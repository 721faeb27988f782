"""GET /v1/outreach/sequences/{sequence_id}: get a sequence."""

from eal.domain.outreach.sequences.store import SEQUENCES
from eal.domain.outreach.sequences.wire import SequenceView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/sequences/{sequence_id}",
    summary="Get a sequence",
    operation_id="getSequence",
    tag="outreach",
    grant="outreach",
)
def get(sequence_id: str, caller: Reader) -> SequenceView:
    """Returns the sequence. Its `version` is also the ETag, for If-Match and If-None-Match."""
    return SequenceView.of(SEQUENCES.get(caller.tenant, sequence_id))
