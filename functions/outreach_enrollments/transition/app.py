"""POST /v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}/transitions: pause or resume an enrollment."""

from eal.domain.outreach.enrollments import pausing
from eal.domain.outreach.enrollments.wire import EnrollmentTransition, EnrollmentView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}/transitions",
    summary="Move an enrollment to another status",
    operation_id="transitionEnrollment",
    tag="outreach",
)
def transition(
    sequence_id: str, enrollment_id: str, body: EnrollmentTransition, caller: Writer
) -> EnrollmentView:
    """Pauses an active enrollment, or resumes a paused one: its next step is sent when it was due, or in the next send
    window if that time has passed. A completed or stopped enrollment is final, and the response is 409.
    """
    return EnrollmentView.of(pausing.transition(sequence_id, enrollment_id, body, by=caller))
