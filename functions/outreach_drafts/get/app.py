"""GET /v1/outreach/drafts/{draft_id}: get a draft."""

from eal.domain.outreach.drafts.store import DRAFTS
from eal.domain.outreach.drafts.wire import DraftView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/outreach/drafts/{draft_id}",
    summary="Get a draft",
    operation_id="getDraft",
    tag="outreach",
    grant="outreach",
)
def get(draft_id: str, caller: Reader) -> DraftView:
    """Returns the draft with the findings of the content policy. Its `version` is also the ETag, for If-Match and
    If-None-Match.
    """
    return DraftView.of(DRAFTS.get(caller.tenant, draft_id))
