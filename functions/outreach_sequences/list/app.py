"""GET /v1/outreach/sequences: list sequences."""

from eal.domain.outreach.sequences import store as sequences
from eal.domain.outreach.sequences.wire import SequencePage, SequenceQuery, SequenceView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/sequences",
    summary="List sequences",
    operation_id="listSequences",
    tag="outreach",
    grant="outreach",
)
def list_sequences(query: SequenceQuery, caller: Reader) -> SequencePage:
    """Lists sequences, newest first. Filter by status and time."""
    page = sequences.search(query, by=caller)
    return SequencePage(
        data=[SequenceView.of(sequence) for sequence in page.items], next_cursor=page.next_cursor
    )
