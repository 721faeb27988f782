"""GET /v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}: get an enrollment."""

from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.wire import EnrollmentView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/sequences/{sequence_id}/enrollments/{enrollment_id}",
    summary="Get an enrollment",
    operation_id="getEnrollment",
    tag="outreach",
    grant="outreach",
)
def get(sequence_id: str, enrollment_id: str, caller: Reader) -> EnrollmentView:
    """Returns the enrollment. Its `version` is also the ETag, for If-Match and If-None-Match."""
    return EnrollmentView.of(enrollments.get_of(sequence_id, enrollment_id, by=caller))
