"""GET /v1/outreach/sequences/{sequence_id}/enrollments: list enrollments."""

from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.wire import EnrollmentPage, EnrollmentQuery, EnrollmentView
from eal.domain.outreach.sequences.store import SEQUENCES
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/sequences/{sequence_id}/enrollments",
    summary="List enrollments",
    operation_id="listEnrollments",
    tag="outreach",
    grant="outreach",
    # Reads the sequence first, because an unknown sequence is a 404.
    round_trips=3,
)
def list_enrollments(sequence_id: str, query: EnrollmentQuery, caller: Reader) -> EnrollmentPage:
    """Lists the sequence's enrollments, newest first. Filter by status, lead, prospect and time."""
    SEQUENCES.get(caller.tenant, sequence_id)
    page = enrollments.search(sequence_id, query, by=caller)
    return EnrollmentPage(
        data=[EnrollmentView.of(enrollment) for enrollment in page.items], next_cursor=page.next_cursor
    )
