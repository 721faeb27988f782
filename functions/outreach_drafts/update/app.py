"""PATCH /v1/outreach/drafts/{draft_id}: update a draft."""

from eal.domain.outreach.drafts import editing
from eal.domain.outreach.drafts.wire import DraftUpdate, DraftView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/outreach/drafts/{draft_id}",
    summary="Update a draft",
    operation_id="updateDraft",
    tag="outreach",
    # A change, with a read of the settings, whose sender the content policy needs.
    round_trips=4,
)
def update(draft_id: str, body: DraftUpdate, caller: Writer) -> DraftView:
    """Updates the fields present in the body, and computes the findings of the content policy again. If the AI failed,
    send `subject` and `body` to write the draft yourself. While the AI writes it, and once it is sent, the response is
    409.
    """
    return DraftView.of(editing.update(draft_id, body, by=caller))
