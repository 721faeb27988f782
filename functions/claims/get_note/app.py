"""GET /v1/claims/{claim_id}/notes/{note_id}: get a note of a claim."""

from eal.domain.claims.notes import store as notes
from eal.domain.claims.notes.wire import NoteView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/notes/{note_id}",
    summary="Get a note",
    operation_id="getClaimNote",
    tag="claims",
    grant="claims",
)
def get(claim_id: str, note_id: str, caller: Reader) -> NoteView:
    """Returns the note, also if another one corrects it."""
    return NoteView.of(notes.get(claim_id, note_id, by=caller))
