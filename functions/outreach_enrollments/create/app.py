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
    # Locks the Idempotency-Key; reads the sequence, the settings, the people and their claims; puts a due marker;
    # commits some people, and the record.
    round_trips=9,
)
def create(sequence_id: str, body: EnrollmentsCreate, caller: Writer) -> EnrollmentResultsView:
    """Enrolls up to 100 leads and prospects in an active sequence. An address, lead or prospect has at most one open
    enrollment over all sequences. The response has one result for each id, and a refusal does not affect the others.

    An enrollment keeps the address that the lead or prospect has now. The request is not one transaction. If it fails
    halfway, repeat it: nobody is enrolled twice. A lead or prospect that was enrolled already is refused as
    `already_enrolled`, with the id of its enrollment.
    """
    return EnrollmentResultsView.of_results(enrolling.enroll(sequence_id, body, by=caller))
