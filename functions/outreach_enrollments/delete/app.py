"""DELETE /v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}: remove a recipient from a sequence."""

from eal.domain.outreach.enrollments import store as enrollments
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.delete(
    "/v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}",
    summary="Remove an enrollment",
    operation_id="removeEnrollment",
    tag="outreach",
)
def delete(sequence_id: str, enrollment_id: str, caller: Writer) -> None:
    """Stops the enrollment for good: no further step is sent, and the lead or prospect can be enrolled again. The
    record stays, with the stop reason `removed`. A completed or stopped enrollment remains as it is.
    """
    enrollments.remove(sequence_id, enrollment_id, by=caller)
