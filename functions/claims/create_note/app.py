"""POST /v1/claims/{claim_id}/notes: add a note to a claim."""

from eal.domain.claims.notes import store as notes
from eal.domain.claims.notes.wire import NoteCreate, NoteView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/claims/{claim_id}/notes",
    summary="Create a note",
    operation_id="createClaimNote",
    tag="claims",
    # Counts the notes, whose number is limited; the commit checks that the claim exists and is not closed.
    round_trips=3,
)
def create(claim_id: str, body: NoteCreate, caller: Writer) -> Created[NoteView]:
    """Adds a note or a moisture reading to a claim that is not closed. Neither can be changed later: a correction is a
    new note that names the old one in `corrects`.

    A claim can have 2,000 notes and readings.
    """
    return Created(NoteView.of(notes.add(claim_id, body, by=caller)))
