"""DELETE /v1/outreach/drafts/{draft_id}: delete a draft."""

from eal.domain.outreach.drafts import store as drafts
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.delete(
    "/v1/outreach/drafts/{draft_id}", summary="Delete a draft", operation_id="deleteDraft", tag="outreach"
)
def delete(draft_id: str, caller: Writer) -> None:
    """Deletes the draft. The e-mail that it became stays. While that is queued, the response is 409."""
    drafts.delete(draft_id, by=caller)
