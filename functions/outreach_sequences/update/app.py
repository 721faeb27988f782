"""PATCH /v1/outreach/sequences/{sequence_id}: update a sequence."""

from eal.domain.outreach.sequences import store as sequences
from eal.domain.outreach.sequences.wire import SequenceUpdate, SequenceUpdated
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/outreach/sequences/{sequence_id}",
    summary="Update a sequence",
    operation_id="updateSequence",
    tag="outreach",
)
def update(sequence_id: str, body: SequenceUpdate, caller: Writer) -> SequenceUpdated:
    """Updates the fields present in the body. E-mails that are not sent yet follow the changed sequence, and
    `open_enrollments` in the response shows how many recipients that concerns. The due times of steps remain, except
    those outside a changed send window.

    A change of an active sequence must pass the same checks as its activation. An archived sequence cannot change.
    """
    sequence, open_enrollments = sequences.update(sequence_id, body, by=caller)
    return SequenceUpdated.of_update(sequence, open_enrollments)
