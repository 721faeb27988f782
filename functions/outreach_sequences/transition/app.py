"""POST /v1/outreach/sequences/{sequence_id}/transitions: move a sequence to another status."""

from eal.domain.outreach.sequences import store as sequences
from eal.domain.outreach.sequences.wire import SequenceTransition, SequenceView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/sequences/{sequence_id}/transitions",
    summary="Move a sequence to another status",
    operation_id="transitionSequence",
    tag="outreach",
    # A change, with reads of the settings and of the connection to Resend, and a due marker for what became due in a
    # pause.
    round_trips=6,
)
def transition(sequence_id: str, body: SequenceTransition, caller: Writer) -> SequenceView:
    """Activates a draft or a paused sequence, pauses an active one, or archives a paused one, which is final and stops
    its open enrollments. Any other move is refused with 409; `details.allowed` lists the statuses that are allowed.

    A sequence becomes active only if it is ready to be sent. Otherwise the response is 422 and names everything that is
    missing or wrong: the sender and its postal address in the organization's settings, in live mode the connection to
    Resend, and in each step the variables, links and delays.
    """
    return SequenceView.of(sequences.transition(sequence_id, body, by=caller))
