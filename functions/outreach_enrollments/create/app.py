"""POST /v1/outreach/sequences/{sequence_id}/enrollments: enroll leads and prospects."""

from eal.domain.outreach.enrollments import enrolling
from eal.domain.outreach.enrollments.wire import EnrollmentResultsView, EnrollmentsCreate
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/sequences/{sequence_id}/enrollments",
    summary="Enroll leads and prospects",
    operation_id="createEnrollments",
    tag="outreach",
)
def create(sequence_id: str, body: EnrollmentsCreate, caller: Writer) -> EnrollmentResultsView:
    """Enrolls up to 100 leads and prospects in an active sequence. An address, lead or prospect has at most one open
    enrollment over all sequences. The answer has a result for each: whoever is refused does not hold up the others.

    The request is not one transaction. If it fails in between, repeat it: nobody is enrolled twice, and those who were
    enrolled already are `already_enrolled`, with the id of their enrollment.
    """
    return EnrollmentResultsView.of_results(enrolling.enroll(sequence_id, body, by=caller))
