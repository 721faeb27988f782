"""GET /v1/claims/{claim_id}/notes: the notes of a claim."""

from eal.domain.claims.notes import store as notes
from eal.domain.claims.notes.wire import NotePage, NoteQuery, NoteView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/notes",
    summary="List notes",
    operation_id="listClaimNotes",
    tag="claims",
    grant="claims",
    # Reads the claim first, because an unknown claim is a 404.
    round_trips=3,
)
def list_notes(claim_id: str, query: NoteQuery, caller: Reader) -> NotePage:
    """Lists the notes and moisture readings of a claim, newest first. Corrected notes are included."""
    page = notes.search(claim_id, query, by=caller)
    return NotePage(data=[NoteView.of(note) for note in page.items], next_cursor=page.next_cursor)
