"""DELETE /v1/outreach/sequences/{sequence_id}: delete a sequence."""

from eal.domain.outreach.sequences import store as sequences
from eal.entry.http.api import Api
from eal.entry.http.route import Admin

app = Api()
handler = app.handler


@app.delete(
    "/v1/outreach/sequences/{sequence_id}",
    summary="Delete a sequence",
    operation_id="deleteSequence",
    tag="outreach",
)
def delete(sequence_id: str, caller: Admin) -> None:
    """Deletes a draft, or an archived sequence without open enrollments. Any other one is refused with 409. Sent
    e-mails and their replies stay.
    """
    sequences.remove(sequence_id, by=caller)
